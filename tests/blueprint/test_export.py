"""Export then apply gives the same city; applying twice changes nothing."""

import filecmp
import shutil
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingqu.blueprint import door as blueprint
from lingqu.blueprint import writing
from lingqu.blueprint.lines import read
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.errors import Conflict, NotFound
from toytown import TOYTOWN, toytown  # noqa: F401

pytestmark = pytest.mark.django_db


def test_applying_twice_changes_nothing():
    loaded = blueprint.load(TOYTOWN)
    first = blueprint.apply(SYSTEM, loaded)
    again = blueprint.apply(SYSTEM, blueprint.load(TOYTOWN))
    assert first.changed
    assert not again.changed
    assert again.revision == first.revision == drawing.revision()


def test_export_then_apply_gives_the_same_city(toytown, tmp_path):  # noqa: F811
    before = drawing.placed()
    made = blueprint.export(tmp_path / "out", toytown)
    assert made.missing == []
    assert filecmp.cmp(tmp_path / "out/data/buildings.db", toytown / "data/buildings.db", shallow=False)
    assert blueprint.plan(blueprint.load(tmp_path / "out")).empty
    drawing.replace([], [(each.kind, each.code) for each in before], actor="t", summary={})
    assert drawing.city() is None
    blueprint.apply(SYSTEM, blueprint.load(tmp_path / "out"))
    assert drawing.placed() == before


def test_two_exports_are_the_same_bytes(toytown, tmp_path):  # noqa: F811
    for name in ("a", "b"):
        blueprint.export(tmp_path / name, toytown)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*"))
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)
    assert (tmp_path / "a/city.yaml").read_text("utf-8").startswith('code: "419901"\n')


def test_a_long_code_list_is_exported_as_csv(tmp_path):
    town = shutil.copytree(TOYTOWN, tmp_path / "town")
    (town / "code_lists").mkdir()
    items = "".join(f"- {{code: '{n:03d}', title: {{zh: 第{n}项, en: Item {n}}}}}\n" for n in range(31))
    (town / "code_lists/long.yaml").write_text(f"code: long\ntitle: 长\nitems:\n{items}", "utf-8")
    blueprint.apply(SYSTEM, blueprint.load(town))
    blueprint.export(tmp_path / "out", town)
    assert (tmp_path / "out/code_lists/long.csv").read_text("utf-8").count("\n") == 32
    assert "items_file: long.csv" in (tmp_path / "out/code_lists/long.yaml").read_text("utf-8")
    assert blueprint.plan(blueprint.load(tmp_path / "out")).empty


def test_nothing_is_written_over(toytown, tmp_path):  # noqa: F811
    (tmp_path / "mine").write_text("x")
    with pytest.raises(Conflict, match="not empty"):
        blueprint.export(tmp_path)


def test_there_must_be_a_city(tmp_path):
    with pytest.raises(NotFound, match="No city"):
        blueprint.export(tmp_path / "out")


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.text(string.printable, max_size=8)
data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(texts, data, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_again(tmp_path, content):
    file = tmp_path / "a.yaml"
    file.write_text(writing.text(content), "utf-8", newline="")
    page = read(file, "a.yaml")
    assert page.faults == []
    assert page.content == content
