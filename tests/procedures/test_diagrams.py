"""What the engine does not understand is refused with its line; who draws a diagram gets no code run."""

from __future__ import annotations

from pathlib import Path

import pytest

from lingqu.blueprint import door as blueprint
from lingqu.centre.procedures import engine, feel
from lingqu.centre.procedures.bpmn import compile_diagram, wait_of
from lingqu.centre.procedures.compiled import Compiled, plan_of
from lingqu.centre.procedures.definitions import Procedure
from lingqu.centre.procedures.dmn import compile_decisions
from lingqu.centre.procedures.markup import Faulty, read
from lingqu.centre.procedures.picture import picture
from lingqu.kernel.errors import LingquError
from procedures.diagrams import APPROVAL, diagram, flow

SORTS = {"amount": "number", "kind": "text", "ok": "truth"}
START, TASK, END = '<startEvent id="s"/>', '<userTask id="t"/>', '<endEvent id="e"/>'
SIMPLE = (START, TASK, END, flow("f1", "s", "t"), flow("f2", "t", "e"))


def faults(text: str) -> list[tuple[str, int | None]]:
    try:
        compile_diagram(text, {}, SORTS)
    except Faulty as error:
        return [(fault.rule, fault.line) for fault in error.faults]
    return []


def test_a_sound_diagram_has_no_fault() -> None:
    assert faults(diagram(*SIMPLE)) == []


@pytest.mark.parametrize(
    "element",
    [
        '<scriptTask id="x"><script>__import__("os").system("id")</script></scriptTask>',
        '<serviceTask id="x" implementation="os.system"/>',
        '<sendTask id="x"/>',
        '<receiveTask id="x"/>',
        '<adHocSubProcess id="x"/>',
        '<transaction id="x"/>',
        '<subProcess id="x" triggeredByEvent="true"/>',
        '<intermediateThrowEvent id="x"/>',
        '<dataObjectReference id="x"/>',
    ],
)
def test_elements_beyond_the_subset_are_refused_with_their_line(element: str) -> None:
    assert ("procedures.element", 3) in faults(diagram(element, *SIMPLE))


ATTACKS = [
    "__import__('os').system('id')",
    '__import__("os").system("id")',
    "().__class__.__bases__",
    'ok.__class__ = "x"',
    "open(kind) = kind",
    "eval(kind)",
    "lambda: 1",
    "[x for x in (1,2)]",
    "{ok: ok}",
    "ok if ok else ok",
    "kind.format(ok) = kind",
    "for x in amount return x",
    "1; import os",
    "$(id)",
    "`id`",
    "#{ok}",
    "${ok}",
    "ok" + " and ok" * 900,
    "(" * 60 + "ok" + ")" * 60,
    "lookup(kind, secrets)",
    "",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_expressions_reach_nothing_but_the_answers(text: str) -> None:
    with pytest.raises(LingquError):
        feel.condition(text, SORTS)
    if text:  # an empty cell of a table is no condition, and always holds
        with pytest.raises(LingquError):
            feel.tests(text, "kind", SORTS)
    conditioned = (
        START, '<exclusiveGateway id="g" default="f3"/>', TASK, END, flow("f1", "s", "g"),
        flow("f2", "g", "t", text or " "), flow("f3", "g", "e"), flow("f4", "t", "e"),
    )  # fmt: skip
    assert ("procedures.expression", 8) in faults(diagram(*conditioned))


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><definitions>&b;</definitions>',
        '<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions/>',
        "<definitions>",
        "",
        "<a>" * 100 + "</a>" * 100,
        "x" * 1_000_001,
    ],
)
def test_no_entities_no_bombs(text: str) -> None:
    with pytest.raises(Faulty) as caught:
        read(text)
    assert caught.value.faults[0].rule == "procedures.syntax"


@pytest.mark.parametrize(
    ("shapes", "rule", "line"),
    [
        ((START, TASK, flow("f1", "s", "t")), "procedures.diagram", 1),
        ((TASK, END, flow("f2", "t", "e")), "procedures.diagram", 1),
        ((*SIMPLE, '<userTask id="u"/>', flow("f3", "u", "e")), "procedures.diagram", 8),
        ((*SIMPLE, '<userTask id="t"/>'), "procedures.diagram", 8),
        ((*SIMPLE, flow("f3", "t", "e")), "procedures.diagram", 4),
        ((*SIMPLE, flow("f3", "t", "nowhere")), "procedures.diagram", 8),
        ((START, '<businessRuleTask id="t"/>', END, *SIMPLE[3:]), "procedures.decision", 4),
        ((START, '<exclusiveGateway id="t"/>', END, *SIMPLE[3:], flow("f3", "t", "e")), "procedures.diagram", 4),
        ((START, TASK, END, flow("f1", "s", "t", "ok"), SIMPLE[4]), "procedures.diagram", 6),
    ],
)
def test_shapes_that_are_not_sound(shapes: tuple[str, ...], rule: str, line: int) -> None:
    assert (rule, line) in faults(diagram(*shapes))


def test_a_ring_in_which_nothing_waits_is_refused() -> None:
    ring = (
        START, '<exclusiveGateway id="g"/>', '<exclusiveGateway id="h" default="f4"/>', TASK, END,
        flow("f1", "s", "g"), flow("f2", "g", "h"), flow("f3", "h", "g", "ok"), flow("f4", "h", "t"),
        flow("f5", "t", "e"),
    )  # fmt: skip
    assert [rule for rule, _ in faults(diagram(*ring))] == ["procedures.diagram"]


def test_waits() -> None:
    assert wait_of("P5D") == wait_of('"P5D"')
    assert [wait_of(t).amount for t in ("P5D", "PT4H", "PT1H30M")] == [5, 14400, 5400]  # type: ignore[union-attr]
    assert [wait_of(t) for t in ("P1M", "R3/PT1H", "timedelta(1)", "PT", "P99999D")] == [None] * 5


@pytest.mark.parametrize(
    ("test", "value", "holds"),
    [
        ("-", 1, True), ("< 20", 19, True), ("< 20", 20, False), (">= 20", 20, True), ("[1..5]", 5, True),
        ("(1..5)", 5, False), ("]1..5[", 1, False), ("1, 3, 5", 3, True), ("1, 3", 2, False), ("not(3)", 3, False),
        ("not(1, 2)", 3, True), ("< 20", None, None),
    ],
)  # fmt: skip
def test_unary_tests(test: str, value: int | None, holds: bool | None) -> None:
    assert feel.tests(test, "amount", SORTS)({"amount": feel.exact(value)}) is holds


def test_texts_with_commas_and_nothing_known() -> None:
    assert feel.tests('"a, b", "c"', "kind", SORTS)({"kind": "a, b"}) is True
    assert feel.condition("kind = null", SORTS)({"kind": None}) is True
    assert feel.condition('not(kind = "x") and amount > 1.5', SORTS)({"kind": "y", "amount": feel.exact(2)}) is True


DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d">
<decision id="size" name="规模"><decisionTable hitPolicy="{hit}">
<input><inputExpression><text>amount</text></inputExpression></input>
<output name="kind"/>
<rule><inputEntry><text>&lt; 20</text></inputEntry><outputEntry><text>"small"</text></outputEntry></rule>
<rule><inputEntry><text>{second}</text></inputEntry><outputEntry><text>"large"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def decided(amount: float, hit: str = "UNIQUE", second: str = "&gt;= 20") -> object:
    decisions = compile_decisions(DMN.format(hit=hit, second=second), SORTS)
    rule = (
        '<businessRuleTask id="t"><extensionElements><x:calledDecisionId xmlns:x="urn:x">size</x:calledDecisionId>'
        "</extensionElements></businessRuleTask>"
    )
    plan = compile_diagram(diagram(START, rule, END, *SIMPLE[3:]), decisions, SORTS)
    return engine.begin(plan, {"amount": amount}).given["kind"]


def test_decision_tables() -> None:
    assert (decided(19.5), decided(20)) == ("small", "large")
    assert decided(5, "FIRST", "-") == "small"
    with pytest.raises(LingquError, match="hold together"):
        decided(5, "UNIQUE", "-")


@pytest.mark.parametrize(("hit", "second"), [("COLLECT", "-"), ("UNIQUE", "open(1)"), ("UNIQUE", '"text"')])
def test_tables_beyond_the_subset_are_refused_with_their_line(hit: str, second: str) -> None:
    with pytest.raises(Faulty) as caught:
        compile_decisions(DMN.format(hit=hit, second=second), SORTS)
    assert caught.value.faults[0].line == (2 if hit == "COLLECT" else 6)


CITY = "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registers]\n"
YAML = """\
code: licence
title: 许可
department: market
diagram_file: licence.bpmn
variables:
  approved: {title: 准予, type: truth}
tasks:
  accept: {department: market}
  a: {department: market}
  b: {department: market}
  c: {department: market}
  decide: {department: market, answers: [approved]}
"""


def checked(folder: Path, text: str, bpmn: str) -> list[tuple[str, str, int | None]]:
    (folder / "city.yaml").write_text(CITY, "utf-8")
    for name, content in (
        ("departments/d.yaml", "code: market\ntitle: 局\n"),
        ("procedures/licence.yaml", text),
        ("procedures/licence.bpmn", bpmn),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    found = blueprint.check(blueprint.load(folder))
    return [(fault.rule, Path(fault.file).name, fault.line) for fault in found]


def test_the_blueprint_names_file_line_and_rule(tmp_path: Path) -> None:
    assert checked(tmp_path, YAML, APPROVAL) == []
    assert checked(tmp_path, YAML, APPROVAL.replace('<userTask id="b"/>', '<scriptTask id="b"/>')) == [
        ("procedures.element", "licence.bpmn", 7)
    ]
    unnamed = YAML.replace("  b: {department: market}\n", "  z: {department: market}\n")
    assert checked(tmp_path, unnamed, APPROVAL) == [
        ("procedures.task", "licence.bpmn", 7),
        ("procedures.task", "licence.yaml", 10),
    ]
    lost = YAML.replace("licence.bpmn", "../../city.yaml")
    assert ("procedures.file", "licence.yaml", 4) in checked(tmp_path, lost, APPROVAL)
    unknown = YAML.replace("answers: [approved]", "answers: [granted]")
    assert ("procedures.task", "licence.yaml", 12) in checked(tmp_path, unknown, APPROVAL)


@pytest.mark.django_db
def test_an_exported_procedure_is_the_same(tmp_path: Path) -> None:
    from lingqu.centre.access.door import SYSTEM

    city, out = tmp_path / "city", tmp_path / "out"
    city.mkdir()
    assert checked(city, YAML, APPROVAL) == []
    blueprint.apply(SYSTEM, blueprint.load(city))
    blueprint.export(out)
    assert not blueprint.plan(blueprint.load(out)).changes


def test_the_founding_of_a_firm_is_sound_and_drawn(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_text(CITY.replace("[registers]", "[registers, enterprise_founding]"), "utf-8")
    loaded = blueprint.load(tmp_path)
    assert [f for f in blueprint.check(loaded) if f.rule.startswith("procedures")] == []
    procedure = loaded.every(Procedure)["enterprise_founding"]
    plan = plan_of(procedure)
    step = engine.begin(plan, {})
    step = engine.finish(plan, step.marking, 1, {"complete": True})
    waiting = sorted(step.marking.waiting.values())
    assert waiting == ["fund", "insurance", "market", "seal", "tax"]
    drawn = picture(plan, waiting=waiting, passed=step.path, title="<企业开办>")
    assert drawn.count("is-waiting") == 5
    assert "&lt;企业开办&gt;" in drawn
    assert "style" not in drawn
    made = Compiled("", procedure, plan)
    names = {node: made.says(node).say("en") for node in plan.nodes}
    english = picture(plan, names=names)
    assert "Opening the<" in english  # broken between words
    assert "housing fund<" in english
    assert "公积金开户" not in english
