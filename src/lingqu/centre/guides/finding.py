"""Finding services in people's own words, Chinese and English, in memory: the list is part of the drawing.

Chinese is cut into overlapping pairs of characters, so that no dictionary has to know where words end; English into
words without their endings. Each pair or word weighs the more the rarer it is (inverse document frequency); what is
asked is also asked with every word that the city's ``search_words`` call the same.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.guides.definitions import GROUPS, SearchWords, Service, ServiceBundle
from lingqu.kernel.text import Text

LONGEST = 80  # characters of a question that are looked at
MOST_WAYS = 16  # ways in which a question is asked
ENOUGH = 0.5  # of the weight of what is asked must be found
BUNDLE = 1.2  # who names a matter wants the whole of it
UNKNOWN = 0.4  # share of its weight at which a pair that stands nowhere counts: people say more than they look for
_PIECES = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\U00020000-\U0003ffff]+")
_ENDINGS = ("ings", "ing", "ies", "ied", "es", "ed", "s")
_EMPTY = frozenset({
    "a", "an", "the", "of", "to", "for", "in", "on", "at", "my", "i", "me", "we", "you", "your", "how", "do", "does",
    "can", "could", "want", "would", "like", "need", "get", "is", "are", "and", "or", "with", "what", "where", "when", 
    "which", "it", "be", "as", "from", "by",
})  # fmt: skip
_TITLE, _WORDS, _GROUP, _TEXT = 3.0, 2.0, 1.2, 1.0


def grams(text: str) -> list[str]:
    """``开饭馆`` → 开饭 饭馆; ``opening restaurants`` → open restaurant; a single character stands for itself."""
    found: list[str] = []
    for piece in _PIECES.findall(text.casefold()):
        if piece[0] < "\u0080":
            if piece not in _EMPTY:
                found.append(_stem(piece))
        elif len(piece) == 1:
            found.append(piece)
        else:
            found += [piece[n : n + 2] for n in range(len(piece) - 1)]
    return found


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word


@dataclass
class _Shelf:
    """``held``: gram → what has it → the weight of the place where it stands. Kinds: service, service_bundle."""

    held: dict[str, dict[tuple[str, str], float]] = field(default_factory=lambda: defaultdict(dict))
    many: int = 0
    same: tuple[tuple[str, ...], ...] = ()
    left_out: tuple[str, ...] = ()

    def put(self, key: tuple[str, str], texts: Iterable[tuple[float, str]]) -> None:
        self.many += 1
        for weight, text in texts:
            for gram in grams(text):
                here = self.held[gram]
                here[key] = max(here.get(key, 0.0), weight)
                if len(gram) == 2 and gram[0] > "\u3400":  # single characters are asked for too, and weigh little
                    for one in gram:
                        here = self.held[one]
                        here[key] = max(here.get(key, 0.0), weight / 2)


_kept: list[tuple[object, _Shelf]] = []


def _shelf() -> _Shelf:
    """Made once for each drawing: the drawing keeps its services as one object as long as it stands."""
    services = drawing.every(Service)
    if not _kept or _kept[0][0] is not services:
        _kept[:] = [(services, _made())]
    return _kept[0][1]


def _made() -> _Shelf:
    shelf = _Shelf()
    words = drawing.every(SearchWords).values()
    shelf.same = tuple(tuple(w.casefold() for w in group) for each in words for group in each.same)
    shelf.left_out = tuple(sorted((w.casefold() for each in words for w in each.left_out), key=len, reverse=True))
    departments, lists = catalogue.departments(), catalogue.code_lists()
    for service in drawing.every(Service).values():
        department = departments.get(service.department)
        shelf.put(
            ("service", service.code),
            [
                *_of(service, lists),
                *((_TEXT, t) for t in _both(department.title if department else None)),
                *((_TEXT, t) for result in service.results for t in _both(result.title)),
            ],
        )
    for bundle in drawing.every(ServiceBundle).values():
        shelf.put(("service_bundle", bundle.code), _of(bundle, lists))
    return shelf


def _of(definition: Service | ServiceBundle, lists: Mapping[str, catalogue.CodeList]) -> Iterable[tuple[float, str]]:
    yield from ((_TITLE, text) for text in (*_both(definition.title), definition.code.replace("_", " ")))
    yield from ((_WORDS, text) for text in definition.words)
    yield from ((_TEXT, text) for text in _both(definition.description))
    for name, code_list in GROUPS.items():
        items = {item.code: item for item in lists[code_list].items} if code_list in lists else {}
        for code in getattr(definition, name):
            if code in items:
                yield from ((_GROUP, text) for text in _both(items[code].title))


def _both(text: Text | None) -> tuple[str, ...]:
    return (text.zh, text.en) if text else ()


def find(words: str) -> list[tuple[str, str]]:
    """(kind, code) of what is meant, the best first."""
    shelf = _shelf()
    best: dict[tuple[str, str], float] = {}
    for asked, worth in _ways(words, shelf):
        for key, score in _scores(asked, shelf).items():
            best[key] = max(best.get(key, 0.0), score * worth)
    for key in best:
        best[key] *= BUNDLE if key[0] == "service_bundle" else 1
    if not best:
        return []
    least = max(best.values()) / 3
    found = [key for key, score in best.items() if score >= least]
    return sorted(found, key=lambda key: (-round(best[key], 2), key[1]))


def _ways(words: str, shelf: _Shelf) -> list[tuple[list[str], float]]:
    """The question as it stands, and with words that mean the same in place of its own."""
    text = " ".join(words.casefold().split())[:LONGEST]
    for word in shelf.left_out:
        shorter = _replaced(text, word, " ")
        text = shorter if shorter.strip() else text
    ways = {text: 1.0}
    for group in shelf.same:
        for way, worth in list(ways.items()):
            said = next((word for word in sorted(group, key=len, reverse=True) if _has(way, word)), "")
            for other in _alike(group, said):
                if len(ways) < MOST_WAYS:
                    ways.setdefault(_replaced(way, said, other), worth * 0.9)
    return [(found, worth) for way, worth in ways.items() if (found := grams(way))]


def _alike(group: tuple[str, ...], said: str) -> list[str]:
    """The others of a group, of the same script: guides are written in both languages."""
    if not said:
        return []
    latin = said[0] < "\u0080"
    return [f" {word} " if latin else word for word in group if word != said and (word[0] < "\u0080") == latin]


def _has(text: str, word: str) -> bool:
    return bool(re.search(rf"\b{re.escape(word)}\b", text)) if word[0] < "\u0080" else word in text


def _replaced(text: str, word: str, by: str) -> str:
    return re.sub(rf"\b{re.escape(word)}\b", by, text) if word[0] < "\u0080" else text.replace(word, by)


def _weight(gram: str, shelf: _Shelf) -> float:
    there = len(shelf.held.get(gram, ()))
    return math.log(1 + shelf.many / (1 + there)) * (1 if there else UNKNOWN)


def _scores(asked: list[str], shelf: _Shelf) -> dict[tuple[str, str], float]:
    counted = Counter(asked)
    weights = {gram: _weight(gram, shelf) for gram in counted}
    whole = sum(weights[gram] for gram in counted)
    covered: Counter[tuple[str, str]] = Counter()
    scores: Counter[tuple[str, str]] = Counter()
    for gram in counted:
        for key, place in shelf.held.get(gram, {}).items():
            covered[key] += weights[gram]  # type: ignore[assignment]
            scores[key] += weights[gram] * place  # type: ignore[assignment]
    return {key: score / whole for key, score in scores.items() if covered[key] >= ENOUGH * whole}
