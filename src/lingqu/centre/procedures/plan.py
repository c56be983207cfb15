"""A diagram compiled once: nodes, flows, decisions. Nothing of it changes, so that all cases share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

NodeKind = Literal[
    "start", "end", "error", "escalation", "terminate",
    "task", "timer", "boundary", "decision", "exclusive", "parallel", "inclusive",
]  # fmt: skip
WAITING = ("task", "timer")
"""Where a token stays until somebody, or the clock, moves it."""


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
class Node:
    """``many``: the task is done once in each department. ``code``: of an error or escalation. ``host``: the task that
    a boundary timer stands at; ``breaks``: it interrupts it."""

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

    def tasks(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == "task"]
