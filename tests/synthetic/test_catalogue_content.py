"""The synthetic departments' entries of the catalogue are well formed and fit each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lingqu.centre.catalogue.definitions import InformationResource
from lingqu.centre.exchange.connectors.database import DatabaseConfig
from lingqu.centre.exchange.connectors.inbox import InboxConfig
from lingqu.centre.exchange.definitions import Source
from lingqu.centre.quality.definitions import RuleSet
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


def test_fifteen_resources_of_nine_departments(resources):
    assert len(resources) == 15
    assert all(code.startswith(resource.department + ".") for code, resource in resources.items())
    assert len({r.resource_code for r in resources.values()}) == 15


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


def test_every_item_is_mapped_and_every_source_says_it_is_synthetic(resources):
    sources = _read("sources", Source)
    assert set(sources) == set(resources)
    for source in sources.values():
        resource = resources[source.resource]
        assert set(source.mapping) == {item.code for item in resource.items}, source.code
        assert source.synthetic


def test_settings_fit_their_connectors():
    models = {"inbox": InboxConfig, "database": DatabaseConfig}
    for source in _read("sources", Source).values():
        models[source.connector].model_validate(source.config)


def test_coordinates_name_their_datum(resources):
    """Law 7: what comes unlabelled is refused."""
    sources = _read("sources", Source)
    assert sources["civil_affairs.addresses"].datum == "GCJ-02"
    assert sources["housing.buildings"].datum == "BD-09"


def test_rules_are_about_items(resources):
    every = _read("resources", InformationResource, "*.yaml")
    rule_sets = _read("quality", RuleSet)
    assert set(rule_sets) == set(resources)
    for rules in rule_sets.values():
        items = {item.code for item in resources[rules.resource].items}
        for rule in rules.rules:
            conditions = [*rule.when, *([rule.then] if rule.then else [])]
            named = {*rule.items, *(c.item for c in conditions), *(c.to for c in conditions if c.to)}
            named |= {n for n in (rule.item, rule.identifier_item) if n}
            assert named <= items, (rules.code, rule.code)
            if rule.to_resource:
                assert rule.to_item in {item.code for item in every[rule.to_resource].items}
