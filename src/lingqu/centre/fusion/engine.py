"""The fusion of one register, as functions over a DuckDB connection: no database, no web, only tables.

gather → normalise → doubt → exact → near → block and score → cluster → identify → survive → relate → compile → disputes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lingqu.centre.fusion.plan import Plan
from lingqu.centre.fusion.steps.cluster import cluster
from lingqu.centre.fusion.steps.compile import compile_drafts, disputes
from lingqu.centre.fusion.steps.doubt import doubt
from lingqu.centre.fusion.steps.exact import exact
from lingqu.centre.fusion.steps.gather import Inputs, gather
from lingqu.centre.fusion.steps.identify import identify
from lingqu.centre.fusion.steps.near import near
from lingqu.centre.fusion.steps.normalise import normalise
from lingqu.centre.fusion.steps.relate import relate
from lingqu.centre.fusion.steps.score import Trained, score
from lingqu.centre.fusion.steps.survive import survive
from lingqu.centre.fusion.workbench import Workbench

STEPS = 17


@dataclass(frozen=True)
class Before:
    """What earlier runs left: table expressions over this register's last links, and over what other registers
    published; what was trained under the same rules."""

    links: str = ""
    upstream: Mapping[str, str] | None = None
    trained: Trained | None = None


def link(bench: Workbench, plan: Plan, inputs: Inputs, trained: Trained | None = None) -> Trained | None:
    """The first half: which records are one thing. Leaves ``records``, ``normal`` and ``clusters``."""
    gather(bench, plan, inputs)
    normalise(bench, plan)
    doubt(bench, plan)
    exact(bench, plan)
    trained = score(bench, plan, trained)
    near(bench, plan)
    cluster(bench, plan)
    return trained


def fuse(bench: Workbench, plan: Plan, inputs: Inputs, before: Before = Before()) -> Trained | None:
    """The whole. Leaves ``things``, ``drafts``, ``disputes`` as well; gives what was trained or used."""
    bench.total = STEPS
    trained = link(bench, plan, inputs, before.trained)
    identify(bench, plan, before.links)
    survive(bench, plan)
    relate(bench, plan, before.upstream or {})
    compile_drafts(bench, plan)
    disputes(bench, plan)
    return trained
