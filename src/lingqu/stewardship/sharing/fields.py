"""The groups of questions of a request: what each asks, and how its answers are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.centre.access.definitions import Role
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.stewardship.sharing import words

GROUPS = ("items", "purpose", "rows", "period", "method", "reach", "protection")
FEW = 24
"""Codes of a list that are offered as a choice of rows; of longer lists none are."""


@dataclass(frozen=True)
class Choice:
    value: str
    title: str
    chosen: bool = False
    marks: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Question:
    """``kind``: checks, radios, line, lines, day, number, check. ``name`` is that of the field in the form."""

    kind: str
    name: str
    label: str
    value: Any = ""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    fault: str = ""


def titles() -> dict[str, str]:
    return {
        "items": _("Which items do you need?"),
        "purpose": _("What are they for?"),
        "rows": _("Of whom or of what?"),
        "period": _("How long and how often?"),
        "method": _("In which way?"),
        "reach": _("Who will hold them?"),
        "protection": _("How are they protected?"),
    }


def questions(group: str, request: catalogue.Request) -> list[Question]:
    return _ASK[group](request)


def read(group: str, request: catalogue.Request, given: QueryDict) -> catalogue.Wish:
    """The wish with the answers of one group; what cannot be read stays empty and is named before sending."""
    return replace(request.wish, **_READ[group](request, given))


def group_of(column: str) -> str:
    """The group in which a fault is mended."""
    for group, names in _COLUMNS.items():
        if column.partition(".")[0] in names:
            return group
    return GROUPS[0]


_COLUMNS = {
    "items": ("items", "resource"),
    "purpose": ("purpose", "matter", "basis", "consent"),
    "rows": ("regions", "where"),
    "period": ("begins", "ends", "quota"),
    "method": ("method",),
    "reach": ("target", "accounts", "people_roles"),
    "protection": ("security", "assessment"),
}


def _items(request: catalogue.Request) -> list[Question]:
    entry = catalogue.entry(request.resource)
    lacking = set(catalogue.serve(request.resource, [i.code for i in entry.items]).lacking)
    told = repeated(request.consumer, request.resource, [i.code for i in entry.items])
    choices = []
    for item in entry.items:
        marks = []
        if item.sensitive:
            marks.append(("bad", _("sensitive")))
        elif item.personal:
            marks.append(("notice", _("personal")))
        if item.code in lacking:
            marks.append(("none", _("not available by this way")))
        chosen, hint = item.code in request.wish.items, told.get(item.code, "")
        choices.append(Choice(item.code, item.title.say(words.language()), chosen, tuple(marks), hint))
    hint = _("Only what the matter needs: each item is decided by itself.")
    return [Question("checks", "items", _("Items"), hint=hint, choices=tuple(choices))]


def repeated(consumer: str, resource: str, items: Iterable[str]) -> dict[str, str]:
    """Item → that it is had already, or could be had without a decision."""
    told: dict[str, str] = {}
    for r in catalogue.repeats(consumer, resource, items):
        where = words.resource(r.resource)
        if r.kind == "own":
            told[r.item] = _("Your department collects this itself: %(where)s") % {"where": where}
        else:
            told.setdefault(r.item, _("Shared without conditions in: %(where)s") % {"where": where})
    return told


def _purpose(request: catalogue.Request) -> list[Question]:
    wish, tongue = request.wish, words.language()
    purposes = tuple(
        Choice(code, p.title.say(tongue), code == wish.purpose, hint=p.basis.say(tongue))
        for code, p in access.purposes().items()
        if code not in ("my_data", "operation")
    )
    basis = _("Law, article and what it lets your department do.")
    consent = _("Only data of persons who consented is given; they can withdraw at any time.")
    if purposes:
        first = Question("radios", "purpose", _("Purpose"), wish.purpose, choices=purposes)
    else:
        first = Question("line", "purpose", _("Purpose"), wish.purpose)
    return [
        first,
        Question("line", "matter", _("Matter"), wish.matter, _("Which service or duty, in one sentence.")),
        Question("line", "basis", _("Legal basis"), wish.basis, basis),
        Question("check", "consent", _("Ask each person for consent"), wish.consent, consent),
    ]


def _rows(request: catalogue.Request) -> list[Question]:
    wish, tongue = request.wish, words.language()
    hint = _("12-digit division codes, separated by spaces; empty for the whole city.")
    asked = [Question("line", "regions", _("Divisions"), " ".join(wish.regions), hint)]
    served = {
        item for item, _attribute in catalogue.serve(request.resource, words.items_of(request.resource)).attributes
    }
    for item in catalogue.entry(request.resource).items:
        codes = item.code_list.items if item.code_list else ()
        if item.code in served and 0 < len(codes) <= FEW:
            chosen = wish.where.get(item.code, ())
            choices = tuple(Choice(c.code, c.title.say(tongue), c.code in chosen) for c in codes)
            label = _("Only where: %(item)s") % {"item": item.title.say(tongue)}
            asked.append(Question("checks", f"where.{item.code}", label, choices=choices))
    return asked


def _period(request: catalogue.Request) -> list[Question]:
    wish = request.wish
    longest = _("At most %(years)s years; it can be renewed with one click.") % {
        "years": catalogue.sharing_rules().longest
    }
    frequencies = tuple(Choice(c, t, c == wish.frequency) for c, t in words.frequencies().items())
    return [
        Question("day", "begins", _("First day"), wish.begins or ""),
        Question("day", "ends", _("Last day"), wish.ends or "", longest),
        Question("radios", "frequency", _("How often"), wish.frequency, choices=frequencies),
        Question("number", "quota", _("Records a day"), wish.quota or "", _("Empty for no limit.")),
    ]


def _method(request: catalogue.Request) -> list[Question]:
    choices = tuple(Choice(c, t, c == request.wish.method) for c, t in words.methods().items())
    hint = _("Verification tells no value: prefer it where yes or no is enough.")
    return [Question("radios", "method", _("Method"), request.wish.method, hint, choices)]


def _reach(request: catalogue.Request) -> list[Question]:
    if request.wish.method in catalogue.targets():
        return _target(request)
    return _holders(request)


def target_labels() -> dict[str, str]:
    return {
        "format": _("File format"),
        "connection": _("Connection"),
        "table": _("Table"),
        "mode": _("Rows that are there already"),
        "url": _("Receiving address"),
        "secret": _("Secret by which batches are signed"),
        "token": _("Secret that is sent as a token"),
    }


def _target(request: catalogue.Request) -> list[Question]:
    """Where a delivery goes: what its method must know, and what it may."""
    given, labels = request.wish.target, target_labels()
    secret = _("Name of a secret that your department has set up; it begins with %(begins)s. Never the secret itself.")
    named = secret % {"begins": f"{request.consumer}__"}
    hints = {
        "connection": named,
        "table": _("It is made where it is not there."),
        "url": _("https; it must be on the city's list of outside systems."),
        "secret": named,
        "token": named,
    }
    found = []
    for name in TARGET[request.wish.method]:
        if name in hints:
            found.append(Question("line", f"target.{name}", labels[name], given.get(name, ""), hints[name]))
        else:
            options = _options(name)
            chosen = given.get(name, next(iter(options)))
            choices = tuple(Choice(code, title, code == chosen) for code, title in options.items())
            found.append(Question("radios", f"target.{name}", labels[name], choices=choices))
    return found


def _options(name: str) -> dict[str, str]:
    if name == "format":
        return {"csv": "CSV", "xlsx": "XLSX", "jsonl": "JSON Lines", "parquet": "Parquet"}
    return {"replace": _("are replaced by each delivery"), "upsert": _("are kept and brought up to date")}


TARGET: Mapping[str, tuple[str, ...]] = {
    "file": ("format",),
    "database": ("connection", "table", "mode"),
    "push": ("url", "secret", "token"),
    "subscription": ("url", "secret", "token"),
}


def _holders(request: catalogue.Request) -> list[Question]:
    wish = request.wish
    systems = dict.fromkeys([*access.systems(request.consumer), *wish.accounts])
    accounts = tuple(Choice(name, name, name in wish.accounts) for name in systems)
    roles = tuple(
        Choice(code, role.title.say(words.language()), code in wish.people_roles)
        for code, role in drawing.every(Role).items()
        if not role.anonymous
    )
    hint = _("Names of accounts of your department's systems, separated by spaces.")
    found = [Question("checks", "people_roles", _("Your people with the role"), choices=roles)]
    if accounts:
        return [Question("checks", "accounts", _("Your systems"), choices=accounts), *found]
    return [Question("line", "more_accounts", _("Your systems"), "", hint), *found]


def _protection(request: catalogue.Request) -> list[Question]:
    wish = request.wish
    found = [
        Question("lines", "security", _("Measures"), wish.security, _("Network, storage, who has access, deletion.")),
    ]
    items = words.items_of(request.resource)
    if any(items[code].sensitive for code in wish.items if code in items):
        hint = _("Is it necessary, what does it do to people, how are they protected (PIPL art. 55, 56).")
        found.append(Question("lines", "assessment", _("Impact assessment"), wish.assessment, hint))
    return found


_ASK: Mapping[str, Callable[[catalogue.Request], list[Question]]] = {
    "items": _items,
    "purpose": _purpose,
    "rows": _rows,
    "period": _period,
    "method": _method,
    "reach": _reach,
    "protection": _protection,
}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _line(given: QueryDict, name: str, most: int = 400) -> str:
    return given.get(name, "").strip()[:most]


def _read_items(request: catalogue.Request, given: QueryDict) -> dict[str, Any]:
    known = words.items_of(request.resource)
    return {"items": tuple(code for code in known if code in given.getlist("items"))}


def _read_purpose(request: catalogue.Request, given: QueryDict) -> dict[str, Any]:
    found: dict[str, Any] = {name: _line(given, name) for name in ("matter", "basis")}
    return found | {"purpose": _line(given, "purpose", 80), "consent": given.get("consent") == "1"}


def _read_rows(request: catalogue.Request, given: QueryDict) -> dict[str, Any]:
    regions = tuple(code[:12] for code in given.get("regions", "").replace(",", " ").split()[:50])
    where = {
        item: tuple(v[:80] for v in given.getlist(f"where.{item}")[:FEW])
        for item in words.items_of(request.resource)
        if given.getlist(f"where.{item}")
    }
    return {"regions": regions, "where": where}


def _read_period(request: catalogue.Request, given: QueryDict) -> dict[str, Any]:
    quota = given.get("quota", "").strip()
    frequency = given.get("frequency", "")
    return {
        "begins": _day(given.get("begins", "")),
        "ends": _day(given.get("ends", "")),
        "frequency": frequency if frequency in words.frequencies() else "on_demand",
        "quota": int(quota) if quota.isascii() and quota.isdigit() and len(quota) < 12 else None,
    }


def _read_method(request: catalogue.Request, given: QueryDict) -> dict[str, Any]:
    """What was said of another method's target does not fit this one."""
    method = given.get("method", "")
    method = method if method in words.methods() else "api"
    return {"method": method} | ({} if method == request.wish.method else {"target": {}})


def _read_reach(request: catalogue.Request, given: QueryDict) -> dict[str, Any]:
    if request.wish.method in catalogue.targets():
        said = {name: _line(given, f"target.{name}") for name in TARGET[request.wish.method]}
        return {"target": {n: text for n, text in said.items() if text}, "accounts": (), "people_roles": ()}
    named = [*given.getlist("accounts"), *given.get("more_accounts", "").split()]
    roles = tuple(code for code in drawing.every(Role) if code in given.getlist("people_roles"))
    return {"accounts": tuple(dict.fromkeys(n[:150] for n in named[:20])), "people_roles": roles, "target": {}}


def _read_protection(request: catalogue.Request, given: QueryDict) -> dict[str, Any]:
    found = {"security": _line(given, "security", 4000)}
    if "assessment" in given:
        found["assessment"] = _line(given, "assessment", 4000)
    return found


_READ: Mapping[str, Callable[[catalogue.Request, QueryDict], dict[str, Any]]] = {
    "items": _read_items,
    "purpose": _read_purpose,
    "rows": _read_rows,
    "period": _read_period,
    "method": _read_method,
    "reach": _read_reach,
    "protection": _read_protection,
}
