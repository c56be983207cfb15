"""Merging forms: the 17 of founding a firm, and 500 made-up ones.

    python -m bench.papers [--forms 500] [--fields 40]

CPU seconds of this one process, the checker apart. The made-up forms share a vocabulary of four terms a form, a third
of which rules of one to three inputs give (the inputs come earlier in the vocabulary), a fifth of those by two rules.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.harness import Figure, below, say

CITY = "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registers, enterprise_founding]\n"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--forms", type=int, default=500)
    arguments.add_argument("--fields", type=int, default=40)
    given = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingqu.site.settings")
    import django

    django.setup()
    say([*founding(), *many(given.forms, given.fields)])


def cpu(act: Callable[[], Any]) -> tuple[Any, float]:
    began = time.process_time()
    return act(), round(time.process_time() - began, 3)


def founding() -> list[Figure]:
    from lingqu.blueprint import door as blueprint
    from lingqu.centre.papers import door

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "city.yaml").write_text(CITY, "utf-8")
        read = blueprint.load(Path(folder))
    kinds = (door.FormSituation, door.Form, door.FormTerms, door.FormRules)
    situations, forms, terms, rules = (read.every(kind) for kind in kinds)
    chosen = situations["founding_common"]
    book = door.bound(chosen, forms, terms, rules)
    made, first = cpu(lambda: door.merge(book, chosen.true))
    _, again = cpu(lambda: door.merge(book, chosen.true))
    faults, checked = cpu(lambda: door.verify(book.forms, book.terms, book.rules, chosen.true, made))
    filler, ready = cpu(lambda: door.Filler(book, made, {"divisions": {}, "land_rates": {}}))
    answers = {question.term: "1" for question in made.questions if question.type.startswith("C")}
    _, filled = cpu(lambda: [filler.fill(answers, lambda holding, keys: None) for _ in range(200)])
    note = f"{len(made.fates)} fields, {made.asked} questions, exact {made.exact}, faults {len(faults)}"
    return [
        below("17 forms: merge, rules read for the first time", first, "CPU s", 1, note=note),
        below("17 forms: merge again", again, "CPU s", 1),
        below("17 forms: independent check", checked, "CPU s", 1),
        Figure("17 forms: fill all of them", round((filled + ready) / 200 * 1000, 2), "CPU ms"),
    ]


def many(forms: int, fields: int) -> list[Figure]:
    from lingqu.centre.papers import door

    book = made_up(forms, fields)
    made, merged = cpu(lambda: door.merge(book))
    faults, checked = cpu(lambda: door.verify(book.forms, book.terms, book.rules, (), made))
    note = (
        f"{len(made.fates):,} fields, {made.steps[1].left:,} terms, {made.asked:,} questions, at least {made.bound:,}, "
        f"exact {made.exact}, faults {len(faults)}"
    )
    return [
        Figure(f"{forms} made-up forms: merge", merged, "CPU s", note=note),
        Figure(f"{forms} made-up forms: independent check", checked, "CPU s"),
    ]


def made_up(forms: int, fields: int) -> Any:
    from lingqu.centre.papers import door

    rng = random.Random(forms)
    count = forms * 4
    names = [f"s{n // 20}.a{n}" for n in range(count)]
    types = {name: rng.choice(["C30", "C100", "N8", "date"]) for name in names}
    subjects: dict[str, Any] = {}
    for name in names:
        subject, _, attribute = name.partition(".")
        held = subjects.setdefault(subject, {"title": subject, "attributes": {}})
        held["attributes"][attribute] = {"title": attribute, "type": types[name]}
    derivations = [
        {"gives": names[n], "by": f"text({', '.join(rng.sample(names[:n], rng.randint(1, 3)))})", "why": "w"}
        for n in range(3, count)
        for _ in range((rng.random() < 1 / 3) * (1 + (rng.random() < 0.2)))
    ]
    terms = {"code": "t", "title": "t", "subjects": subjects}
    rules = {"code": "t", "title": "t", "terms": "t", "offices": {"o": "o"}, "derivations": derivations}
    made = []
    for number in range(forms):
        drawn = enumerate(rng.sample(names, fields), 1)
        rows = [{"seq": n, "title": name, "binds": name, "type": types[name]} for n, name in drawn]
        document = {"code": f"f{number}", "title": "f", "terms": "t", "office": "o", "fields": rows}
        made.append(door.Form.model_validate(document))
    return door.Book(tuple(made), door.FormTerms.model_validate(terms), door.FormRules.model_validate(rules))


if __name__ == "__main__":
    main()
