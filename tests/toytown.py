"""The toy town of ``cities/toytown`` as fixtures. Import them into a test module that needs them::

from toytown import toytown  # noqa: F401
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lingqu.blueprint import door as blueprint
from lingqu.centre.drawing import door as drawing

TOYTOWN = Path(__file__).parents[1] / "cities" / "toytown"


@pytest.fixture
def toytown(db: None, settings) -> Path:
    """The drawing of the toy town, applied. Gives the city's folder."""
    settings.LINGQU_CITY = TOYTOWN
    made = blueprint.plan(blueprint.load(TOYTOWN))
    drawing.replace(made.put, made.remove, actor="test", summary=made.counts)
    return TOYTOWN
