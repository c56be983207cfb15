"""A city as code: read it, check it, see what applying would do, apply it, write it back, begin a new one.

Text and JSON of what these give stand in ``lingqu.blueprint.render``.
"""

from __future__ import annotations

from lingqu.blueprint.apply import Applied, apply
from lingqu.blueprint.check import check
from lingqu.blueprint.drafts.publishing import publish_due, waiting
from lingqu.blueprint.export import Exported, export
from lingqu.blueprint.load import load
from lingqu.blueprint.model import Blueprint
from lingqu.blueprint.new_city import new_city
from lingqu.blueprint.plan import Change, Plan, plan

__all__ = [
    "Applied",
    "Blueprint",
    "Change",
    "Exported",
    "Plan",
    "apply",
    "check",
    "export",
    "load",
    "new_city",
    "plan",
    "publish_due",
    "waiting",
]
