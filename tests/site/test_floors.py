"""Django's relations keep to the floors of the house.

A ForeignKey written as a string is not an import, so import-linter does not see it; here every relation is held to the
very layers that import-linter reads.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.apps import apps
from django.db.models import Field, Model

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
# AUTH_USER_MODEL is Django's own seam: contrib and third-party apps point at it.
ACCOUNT = "lingqu.centre.access"


def layers() -> list[tuple[str, list[list[str]]]]:
    """(container, layers from the top, each a list of modules side by side)."""
    contracts = tomllib.loads(PROJECT.read_text())["tool"]["importlinter"]["contracts"]
    found = []
    for contract in (c for c in contracts if c["type"] == "layers"):
        split = [[m.strip() for m in layer.replace("|", ":").split(":")] for layer in contract["layers"]]
        found.append((contract["containers"][0], split))
    return found


def breaks(lower_or_same: str, upper: str) -> bool:
    """Whether a relation from module ``lower_or_same`` to module ``upper`` looks up or sideways."""
    for container, floors in layers():
        places = [_floor(container, floors, module) for module in (lower_or_same, upper)]
        if None not in places and places[0] != places[1]:
            (here, _), (there, _) = places  # type: ignore[misc]
            return there <= here
    return False


def _floor(container: str, floors: list[list[str]], module: str) -> tuple[int, str] | None:
    for number, floor in enumerate(floors):
        for room in floor:
            if f"{module}.".startswith(f"{container}.{room}."):
                return number, room
    return None


def relations() -> list[tuple[type[Model], Field, type[Model]]]:  # type: ignore[type-arg]
    return [
        (model, field, field.related_model)
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("lingqu")
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.is_relation and isinstance(field.related_model, type)
    ]


def test_relations_look_down() -> None:
    faults = [
        f"{model.__module__}.{model.__name__}.{field.name} → {target.__module__}.{target.__name__}"
        for model, field, target in relations()
        if breaks(model.__module__, target.__module__)
    ]
    assert not faults


def test_other_peoples_apps_point_only_at_accounts() -> None:
    faults = [
        f"{model.__module__}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        if not model.__module__.startswith("lingqu")
        for field in model._meta.get_fields()
        if isinstance(field, Field)
        and isinstance(field.related_model, type)
        and field.related_model.__module__.startswith("lingqu")
        and not field.related_model.__module__.startswith(ACCOUNT)
    ]
    assert not faults


def test_the_walk_knows_up_down_and_sideways() -> None:
    centre = "lingqu.centre"
    assert breaks(f"{centre}.access.models", f"{centre}.fusion.models")
    assert breaks(f"{centre}.entities.models", "lingqu.ui.models")
    assert breaks("lingqu.protocols.models", "lingqu.stewardship.models")
    assert not breaks(f"{centre}.fusion.models", f"{centre}.access.models")
    assert not breaks(f"{centre}.fusion.models", f"{centre}.fusion.models")
    assert not breaks("lingqu.stewardship.models", f"{centre}.drawing.models")
    assert not breaks(f"{centre}.access.models", "django.contrib.auth.models")
