"""Harbin's services without the city's data."""

from __future__ import annotations

import pytest

from guides.harbin import HARBIN, KINDS, placed
from lingqu.blueprint.load import load
from lingqu.blueprint.model import Blueprint
from lingqu.centre.drawing import door as drawing


@pytest.fixture(scope="session")
def harbin() -> Blueprint:
    return load(HARBIN)


@pytest.fixture
def services(db: None, harbin: Blueprint) -> None:
    drawing.replace(placed(harbin, KINDS), [], actor="tests", summary={})
