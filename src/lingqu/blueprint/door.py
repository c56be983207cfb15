"""A city as code: read it, check it, see what applying would do, apply it, write it back, begin a new one."""

from __future__ import annotations

from lingqu.blueprint.apply import Applied, apply
from lingqu.blueprint.check import check
from lingqu.blueprint.load import load
from lingqu.blueprint.model import Blueprint
from lingqu.blueprint.plan import Plan, plan

__all__ = ["Applied", "Blueprint", "Plan", "apply", "check", "load", "plan"]
