import pytest

from lingqu.centre.catalogue.definitions import Department
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.errors import NotFound

pytestmark = pytest.mark.django_db


def place(code, title):
    return drawing.Placed("department", code, {"code": code, "title": {"zh": title, "en": title}}, "d.yaml", "city")


def test_definitions_come_back_typed_and_follow_each_change():
    assert drawing.every(Department) == {}
    first = drawing.replace([place("b", "乙"), place("a", "甲")], [], actor="t", summary={})
    assert list(drawing.every(Department)) == ["a", "b"]
    second = drawing.replace([place("a", "丙")], [("department", "b")], actor="t", summary={})
    assert second > first
    assert [each.revision for each in drawing.revisions()] == [second, first]
    assert {c: d.title.zh for c, d in drawing.every(Department).items()} == {"a": "丙"}


def test_nothing_to_do_leaves_the_revision():
    drawing.replace([place("a", "甲")], [], actor="t", summary={})
    before = drawing.revision()
    assert drawing.replace([], [], actor="t", summary={}) == before


def test_an_unknown_code_is_named():
    with pytest.raises(NotFound, match="nowhere"):
        drawing.one(Department, "nowhere")
