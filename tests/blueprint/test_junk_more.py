"""Whatever stands in a file, checking names it and never breaks."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingqu.blueprint import door as blueprint
from lingqu.blueprint import writing
from lingqu.blueprint.lines import parse
from toytown import TOYTOWN

FILES = sorted(path.relative_to(TOYTOWN).as_posix() for path in TOYTOWN.rglob("*.yaml"))
JUNK = st.sampled_from(
    [None, True, 0, -1.5, "", "x", "9" * 40, "..", "😀", [], {}, [None], [[]], [{}], {"a": {"b": [1]}}, {"code": None}]
)


def paths(content, path=()):
    yield path
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in inner:
        yield from paths(value, (*path, key))


def replaced(content, path, junk):
    if not path:
        return junk
    copy = content.copy()
    copy[path[0]] = replaced(content[path[0]], path[1:], junk)
    return copy


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Path(shutil.copytree(TOYTOWN, tmp_path_factory.mktemp("junk") / "town"))


@given(st.data())
@settings(max_examples=700, deadline=None, suppress_health_check=list(HealthCheck))
def test_checking_never_breaks(town, data):
    name = data.draw(st.sampled_from(FILES))
    original = (TOYTOWN / name).read_text("utf-8")
    content = parse(original, name).content
    path = data.draw(st.sampled_from(list(paths(content))))
    try:
        (town / name).write_text(writing.text(replaced(content, path, data.draw(JUNK))), "utf-8")
        for fault in blueprint.check(blueprint.load(town)):
            assert fault.file
            assert fault.message.en
            assert fault.message.zh
            assert fault.next_step
    finally:
        (town / name).write_text(original, "utf-8")


@given(st.text(max_size=60))
@settings(max_examples=3000, deadline=None)
def test_any_text_is_read_or_refused_with_a_line(text):
    page = parse(text, "a.yaml")
    assert all(fault.line for fault in page.faults)
