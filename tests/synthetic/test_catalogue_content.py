"""The synthetic departments' entries of the catalogue are well formed and fit each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lingqu.centre.catalogue.definitions import InformationResource
from lingqu.kernel.elements import DataElement

HARBIN = Path(__file__).parents[2] / "cities/harbin"
ELEMENTS = Path(__file__).parents[2] / "src/lingqu_sectors/registers/data_elements/elements.yaml"


def _read(folder: str, model, pattern: str = "dept_*.yaml"):
    files = sorted((HARBIN / folder).glob(pattern))
    documents = [d for file in files for d in YAML(typ="safe").load(file.read_text("utf-8"))]
    return {d["code"]: model.model_validate(d) for d in documents}


@pytest.fixture(scope="module")
def resources():
    return _read("resources", InformationResource)


def test_fourteen_resources_of_nine_departments(resources):
    assert len(resources) == 14
    assert all(code.startswith(resource.department + ".") for code, resource in resources.items())
    assert len({r.resource_code for r in resources.values()}) == 14


def test_items_are_known_elements_and_keys_are_items(resources):
    elements = {d["code"]: DataElement.model_validate(d) for d in YAML(typ="safe").load(ELEMENTS.read_text("utf-8"))}
    for resource in resources.values():
        codes = [item.code for item in resource.items]
        assert len(codes) == len(set(codes))
        assert set(resource.key) <= set(codes)
        assert {item.element for item in resource.items} <= set(elements)


def test_classes_say_their_condition_and_basis(resources):
    """发改高技〔2017〕1272号: conditional needs a condition, refused a basis; open needs level ≤ general 2."""
    for resource in resources.values():
        if resource.sharing.type == "conditional":
            assert resource.sharing.condition
            assert resource.sharing.basis
        if resource.opening.type != "closed":
            assert resource.level in ("general1", "general2")
