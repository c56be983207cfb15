"""A ring in what needs what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def cycle(needs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """One ring, its first name again at the end; empty where there is none. Unknown names are passed over."""
    done: set[str] = set()
    for start in sorted(needs):
        found = _walk(start, needs, [], done)
        if found:
            return found
    return ()


def _walk(name: str, needs: Mapping[str, Sequence[str]], path: list[str], done: set[str]) -> tuple[str, ...]:
    if name in path:
        return (*path[path.index(name) :], name)
    if name in done:
        return ()
    path.append(name)
    for needed in needs.get(name, ()):
        if found := _walk(needed, needs, path, done):
            return found
    path.pop()
    done.add(name)
    return ()
