"""A diagram compiled once: nodes, flows, decisions. Nothing of it changes, so that all cases share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

NodeKind = Literal[
    "start", "end", "error", "escalation", "terminate", "task", "timer", "message", "boundary", "decision",
    "exclusive", "parallel", "inclusive", "events", "sub",
]  # fmt: skip
WAITING = ("task", "timer", "message", "events")
"""Where a token stays until somebody, a message or the clock moves it."""
ENDS = ("end", "error", "escalation", "terminate")
INSIDE = "/"
"""Between the node of a call and what the called procedure calls its own."""


@dataclass(frozen=True)
class Wait:
    """``working``: days of the city's calendar; else seconds."""

    amount: int
    working: bool


@dataclass(frozen=True)
class Flow:
    """``when`` is None where the flow has no condition."""

    id: str
    source: str
    target: str
    when: Callable[[Mapping[str, Any]], Any] | None = None
    line: int = 0
    text: str = ""
    title: str = ""


@dataclass(frozen=True)
class Call:
    """A called procedure's variables are its own, here under ``prefix``: forgotten when it begins, then set by
    ``gives`` over the caller's; when it ended ``takes`` sets the caller's over its own."""

    procedure: str
    prefix: str
    forgets: tuple[str, ...] = ()
    gives: tuple[tuple[str, Callable[[Mapping[str, Any]], Any]], ...] = ()
    takes: tuple[tuple[str, Callable[[Mapping[str, Any]], Any]], ...] = ()


@dataclass(frozen=True)
class Node:
    """``many``: the task is done once in each department. ``code``: of an error or escalation, thrown or caught.
    ``host``: the step that a boundary event stands at; ``breaks``: it interrupts it. ``timers`` and ``catches``: events
    at its boundary, or that an event gateway chooses from: those with a clock, and the others. ``parent``: the
    sub-process around it; ``inner``: of a sub-process, where it begins."""

    id: str
    kind: NodeKind
    title: str
    line: int
    outgoing: tuple[str, ...] = ()
    incoming: tuple[str, ...] = ()
    default: str = ""
    many: bool = False
    wait: Wait | None = None
    host: str = ""
    breaks: bool = True
    decision: str = ""
    code: str = ""
    timers: tuple[str, ...] = ()
    catches: tuple[str, ...] = ()
    message: str = ""
    catch: Literal["", "error", "escalation"] = ""
    parent: str = ""
    inner: str = ""
    call: Call | None = None

    @property
    def beside(self) -> tuple[str, ...]:
        return self.timers + self.catches

    @property
    def awaits(self) -> str:
        """The name of the message it catches, as the sender says it."""
        return self.message.rpartition(INSIDE)[2]


@dataclass(frozen=True)
class Row:
    tests: tuple[Callable[[Mapping[str, Any]], Any], ...]
    gives: tuple[tuple[str, Callable[[Mapping[str, Any]], Any]], ...]


@dataclass(frozen=True)
class Decision:
    """A decision table. ``hit``: UNIQUE or FIRST (DMN 1.4, 8.2.10)."""

    id: str
    title: str
    hit: str
    rows: tuple[Row, ...]
    outputs: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Box:
    """Where the diagram draws a node, in its own units."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Plan:
    start: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    decisions: Mapping[str, Decision]
    boxes: Mapping[str, Box] = field(default_factory=dict)
    lines: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    nested: bool = field(default=False, compare=False)

    def tasks(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == "task"]
