"""The acts that may need a second pair of eyes: what they take, what makes them dangerous, how they are done.

A room registers its own acts when its app is ready (``door.register``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from lingqu.centre.access.actors import Actor
from lingqu.kernel.definition import Part
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

A = TypeVar("A", bound=Part)


@dataclass(frozen=True)
class Act(Generic[A]):
    """``dangers`` checks rights and rules of who proposes and gives what makes the act dangerous (codes); ``perform``
    does it with the second actor, checking again, and gives what is to be kept of the outcome; ``may_second`` raises
    Refused or NotFound for who may not even be asked; ``about`` says in words what would be done.
    """

    code: str
    title: Text
    arguments: type[A]
    dangers: Callable[[Actor, A], Sequence[str]]
    perform: Callable[[Actor, A, Actor], Mapping[str, Any] | None]
    may_second: Callable[[Actor, Actor, A], bool]
    about: Callable[[A], Text]


_acts: dict[str, Act[Any]] = {}


def register(act: Act[Any]) -> None:
    """Add an act that may need a second pair of eyes; the room that owns it does so when its app is ready."""
    _acts[act.code] = act


def known() -> Mapping[str, Act[Any]]:
    return _acts


def act(code: str) -> Act[Any]:
    """Raises NotFound."""
    if code not in _acts:
        raise NotFound(
            "access.act",
            Text(zh=f"没有名为“{code}”的操作", en=f"There is no act {code!r}"),
            place=code,
            next_step=Text(zh="检查操作名称", en="Check the name of the act"),
        )
    return _acts[code]
