"""The toy town of ``cities/toytown`` as fixtures. Import them into a test module that needs them::

from toytown import toytown, toytown_run  # noqa: F401
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from lingqu.centre.quality import door as quality

TOYTOWN = Path(__file__).parents[1] / "cities" / "toytown"


@dataclass
class Run:
    """What became of the toy town: deliveries by source, runs by register."""

    city: Path
    deliveries: dict[str, exchange.Delivery]
    registers: dict[str, fusion.Run]


@pytest.fixture
def toytown(db: None, settings, tmp_path) -> Path:
    """The toy town applied, with a lake and an inbox of its own. Gives the city's folder."""
    settings.LINGQU_CITY = TOYTOWN
    settings.LINGQU_LAKE = tmp_path / "lake"
    settings.LINGQU_INBOX = tmp_path / "inbox"
    blueprint.apply(SYSTEM, blueprint.load(TOYTOWN))
    return TOYTOWN


@pytest.fixture
def toytown_run(transactional_db: None, toytown: Path) -> Run:
    """The toy town collected, checked and fused through the real doors."""
    run = Run(toytown, {}, {})
    for source in exchange.sources():
        for delivery in exchange.collect(SYSTEM, source):
            run.deliveries[source] = exchange.land(delivery.id)
    for source in run.deliveries:
        run.deliveries[source] = quality.check(run.deliveries[source].id)
    for register in fusion.registers():
        run.registers[register] = fusion.fuse(register)
    return run
