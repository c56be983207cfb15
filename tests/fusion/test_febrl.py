"""Febrl 4: ten thousand made-up persons, the standard measure of record linkage, through the same engine."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent


def _bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("febrl", HERE.parents[1] / "bench" / "febrl.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_febrl_4_is_linked() -> None:
    measured = _bench().measure(HERE / "data" / "febrl4")
    assert measured["f1"] >= 0.9998
