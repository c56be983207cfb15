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


def test_a_thread_that_reads_late_leaves_nothing_old_behind(monkeypatch):
    """One thread reads the rows of a drawing; before it keeps them another applies the next and reads that."""
    drawing.replace([place("a", "甲")], [], actor="t", summary={})
    read = Department.model_validate

    def applied_meanwhile(document):
        monkeypatch.undo()
        drawing.replace([place("a", "乙")], [], actor="t", summary={})
        assert drawing.every(Department) == {"a": read(place("a", "乙").document)}
        return read(document)

    monkeypatch.setattr(Department, "model_validate", applied_meanwhile)
    assert drawing.every(Department)["a"].title.zh == "甲"
    assert drawing.every(Department)["a"].title.zh == "乙"


def test_one_drawing_for_a_whole_request(django_assert_num_queries):
    with drawing.held():
        first = drawing.revision()
        with django_assert_num_queries(0):
            assert drawing.revision() == first
        later = drawing.replace([place("held", "甲")], [], actor="t", summary={})
        assert drawing.revision() == later > first
    assert drawing.revision() == later
