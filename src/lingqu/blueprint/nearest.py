"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from lingqu.kernel.text import Text


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice most like a word, or nothing."""
    found = get_close_matches(word, sorted(set(choices)), n=1, cutoff=0.55)
    return found[0] if found else ""


def suggest(word: str, choices: Iterable[str], otherwise: Text) -> Text:
    """A next step: the nearest choice, else something else to do."""
    found = nearest(word, choices)
    if not found:
        return otherwise
    return Text(zh=f"是否想写“{found}”？", en=f"Did you mean {found!r}?")
