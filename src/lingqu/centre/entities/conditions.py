"""A query as one SQL condition. Values travel as parameters only."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from django.db import connection
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import geoquery, jsonpaths, qlang, scopeq
from lingqu.centre.entities.schema import Schema, fold, schemas
from lingqu.centre.entities.shapes import Query, Selector
from lingqu.kernel.errors import Refused
from lingqu.kernel.identifiers import division_prefix
from lingqu.kernel.text import Text

_LAST = "\U0010ffff"
_PROBE = 4  # shortest word that is tried as an identifier


@dataclass
class Condition:
    """Parts that must all hold, their parameters, and what SQL cannot say exactly (``exact``)."""

    parts: list[sql.Composable] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    exact: geoquery.Exact | None = None
    before: sql.Composable = field(default_factory=lambda: sql.SQL(""))
    """What stands before a statement of it (``frozen.over``)."""

    def add(self, text: str, **parameters: Any) -> None:
        """``text`` is one of our own constants."""
        self.parts.append(sql.SQL(text))
        self.parameters |= parameters

    def where(self) -> sql.Composable:
        if all(isinstance(part, sql.SQL) for part in self.parts):
            return sql.SQL(" and ".join(part.as_string() for part in self.parts))  # type: ignore[arg-type]
        return sql.SQL(" and ").join(self.parts)


def condition(actor: Actor, query: Query) -> Condition:
    """Raises Refused for personal types without a purpose and for filters on what the actor may not see, Invalid for
    a query that makes no sense."""
    access.require_purpose(actor, query.types)
    access.require_agreement(actor, query.types)
    _granted_some(actor, query.types)
    made = Condition()
    declared = schemas()
    known = query.types if all(t in declared for t in query.types) else ()
    granted, parameters = access.visible(actor, types=known)
    made.parts.append(granted)
    made.parameters |= parameters
    made.add("(expires_at is null or expires_at > now())")
    _promoted(made, query)
    tree = qlang.parse(query.q) if query.q else None
    _shown(made, actor, query, tree)
    if query.asked_elsewhere:
        _shown(made, actor, replace(query, facets={}, sorts=()), qlang.parse(query.asked_elsewhere), "elsewhere")
    if tree is not None:
        made.add(*jsonpaths.compile_tree(tree, made.parameters))
    for number, (attribute, value) in enumerate(query.facets.items()):
        _facet(made, number, attribute, value)
    if query.words:
        _words(made, query)
    if query.geo is not None:
        made.exact = geoquery.prepare(made, query)
    return made


def _granted_some(actor: Actor, types: tuple[str, ...]) -> None:
    """Who may read none of the types asked for is told so, not given an empty list."""
    declared = schemas()
    if types and all(t in declared for t in types) and not any(access.may(actor, "read", t) for t in types):
        raise access.refusal(actor, "read", types[0])


def _promoted(made: Condition, query: Query) -> None:
    if query.types:
        _types(made, query.types)
    if query.selectors:
        _selected(made, query.selectors)
    if query.scope_q:
        made.add(scopeq.compile_scopes(query.scope_q, made.parameters))
    if query.ids:
        made.add("id = any(%(ids)s)", ids=list(query.ids))
    if query.id_pattern:
        made.add("id ~ %(id_pattern)s", id_pattern=query.id_pattern)
    if query.owner:
        made.add("owner = %(owner)s", owner=query.owner)
    if query.region:
        prefix = division_prefix(query.region) if query.region.isdigit() else query.region
        made.add("region >= %(region)s and region < %(region_to)s", region=prefix, region_to=prefix + _LAST)
    if query.bounds is not None:
        made.add("bounds && %(bounds)s::box", bounds=geoquery.box(query.bounds))
    if query.has:
        made.add("(attrs ?| %(has)s or geo ?| %(has)s)", has=list(query.has))


def _types(made: Condition, types: tuple[str, ...]) -> None:
    """Further types are rare and belong to types that are not declared: the plain form keeps the index's order."""
    declared = schemas()
    own = "type = %(type)s" if len(types) == 1 else "type = any(%(types)s)"
    if all(t in declared for t in types):
        made.add(own, type=types[0], types=list(types))
    else:
        made.add(f"({own} or (types <> '{{}}' and types && %(types)s))", type=types[0], types=list(types))


def _selected(made: Condition, selectors: tuple[Selector, ...]) -> None:
    ways: list[str] = []
    parameters: dict[str, list[str] | str] = {}
    for n, selector in enumerate(selectors):
        parts = []
        if selector.kinds:
            named = [f"array_append(types, type) @> %(kind_{n}_{m})s::text[]" for m in range(len(selector.kinds))]
            parameters |= {f"kind_{n}_{m}": list(kind) for m, kind in enumerate(selector.kinds)}
            parts.append(f"({' or '.join(named)})")
        if selector.ids:
            parameters[f"ids_{n}"] = list(selector.ids)
            parts.append(f"id = any(%(ids_{n})s)")
        elif selector.id_pattern:
            parameters[f"pattern_{n}"] = selector.id_pattern
            parts.append(f"id ~ %(pattern_{n})s")
        ways.append(" and ".join(parts) or "true")
    made.add(f"({' or '.join(ways)})", **parameters)


def _shown(made: Condition, actor: Actor, query: Query, tree: qlang.Tree | None, name: str = "hidden") -> None:
    """Nobody filters by what he may not see: types that mask the attribute are left out, or refused if named."""
    if hidden := unseen(actor, query, tree):
        made.add(f"type <> all(%({name})s)", **{name: sorted(hidden)})


def unseen(actor: Actor, query: Query, tree: qlang.Tree | None) -> set[str]:
    """The types to be left out as they mask what is filtered by. Raises Refused where the query names one of them."""
    hidden: set[str] = set()
    if actor.kind == "system":
        return hidden
    for name, exactly in _filtered(query, tree).items():
        masked = masking(actor, name, exactly=exactly)
        if named := sorted(masked & set(query.types)):
            raise _masked(actor, named[0], name)
        hidden |= masked
    return hidden | _told_by(actor, query)


def _filtered(query: Query, tree: qlang.Tree | None) -> dict[str, bool]:
    """Attributes whose values are filtered by → whether only for one exact value."""
    found: dict[str, bool] = {}
    for term in qlang.terms(tree) if tree else ():
        name = term.path.names[0]
        found[name] = found.get(name, True) and term.operator == "=="
    return found | dict.fromkeys([*query.facets, *(sort.names[0] for sort in query.sorts)], False)


def _told_by(actor: Actor, query: Query) -> set[str]:
    """Types of which a further narrowing would tell what the actor does not see of them: that an attribute is there at
    all, where a thing lies, which words stand in it."""
    if not (query.has or query.words or query.region or query.bounds or query.geo):
        return set()
    found = set()
    for code, schema in schemas().items():
        masks = access.hidden(actor, code)
        names = set(query.has) & schema.kinds.keys()
        names |= set(schema.searched) if query.words else set()
        names |= {schema.definition.region or ""} if query.region else set()
        if query.bounds or query.geo:
            names.add((query.geo.attribute if query.geo else "") or schema.definition.geometry or "")
        if any(masks.get(name, masks.get("*", "none")) == "absent" for name in names - {""}):
            found.add(code)
    return found


def masking(actor: Actor, attribute: str, exactly: bool = False) -> set[str]:
    """The types that mask this attribute for the actor. ``exactly``: but where it is an identifier of which something
    is shown, since who knows it in full learns nothing about it."""
    if actor.kind == "system":
        return set()
    found = set()
    for code, schema in schemas().items():
        if attribute not in schema.kinds:
            continue
        masks = access.hidden(actor, code)
        how = masks.get(attribute, masks.get("*", "none"))
        if how != "none" and not (exactly and attribute in schema.identifiers and how != "absent"):
            found.add(code)
    return found


def _masked(actor: Actor, code: str, name: str) -> Refused:
    error = Refused(
        "access.masked",
        Text(
            zh=f"“{code}.{name}”对您隐去，不能作为筛选条件",
            en=f"{code}.{name} is masked for you and cannot be filtered by",
        ),
        place=f"{code}.{name}",
        owner="information_centre",
        next_step=Text(
            zh="按证件号码等标识精确查找，或申请相应角色", en="Find it by an exact identifier, or ask for a role"
        ),
    )
    access.tell(actor, error)
    return error


def contains(attribute: str, value: Any, key: str = "value") -> str:
    """The JSON that an entity with this attribute value contains."""
    return orjson.dumps({attribute: {key: value}}).decode()


def _facet(made: Condition, number: int, attribute: str, value: str) -> None:
    candidates: list[Any] = [value, [value]]
    with suppress(orjson.JSONDecodeError):
        candidates.append(orjson.loads(value))  # a number, true or false
    forms = [contains(attribute, v) for v in candidates] + [contains(attribute, value, "object")]
    _any_contained(made, f"facet_{number}", forms)


def _any_contained(made: Condition, name: str, forms: list[str]) -> None:
    parts = " or ".join(f"attrs @> %({name}_{n})s::jsonb" for n in range(len(forms)))
    made.add(f"({parts})", **{f"{name}_{n}": form for n, form in enumerate(forms)})


def _words(made: Condition, query: Query) -> None:
    """An identifier that is somebody's finds whom it names; everything else is searched as words."""
    if known := _identified(query):
        made.add("id = any(%(known)s)", known=known)
        return
    text, whole = grams(query.words)
    if not text:
        made.add("false")
        return
    made.add("entity_grams(search) @@ %(grams)s::tsquery", grams=text)
    standing(made, whole)


def grams(words: str) -> tuple[str, list[str]]:
    """Words as a tsquery on what ``entity_grams`` makes of folded text, and those of them that must besides stand in
    the text as they are. Empty for no words."""
    folded = fold(words).split()
    return " & ".join(g for word in folded for g in _grams(word)), [word for word in folded if len(word) > 2]


def standing(made: Condition, words: list[str]) -> None:
    """Folded words that must stand in the text that is searched."""
    for number, word in enumerate(words):
        made.add(f"position(%(word_{number})s in search) > 0", **{f"word_{number}": word})


def _identified(query: Query) -> list[str]:
    """Asked apart and without an order, so that the planner takes the index whatever else is asked for."""
    forms = identifier_forms(query)
    if not forms:
        return []
    either = sql.SQL(" or ").join(sql.SQL("attrs @> {}::jsonb").format(sql.Literal(form)) for form in forms)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select id from entity where {}").format(either))
        return [row[0] for row in cursor.fetchall()]


def _grams(word: str) -> list[str]:
    """Every second pair and the last: they hold every character, and what they find is looked at whole."""
    if len(word) == 1:
        return [_lexeme(word) + ":*"]
    places = dict.fromkeys([*range(0, len(word) - 1, 2), len(word) - 2])
    return [_lexeme(word[i : i + 2]) for i in places]


def _lexeme(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def identifier_forms(query: Query) -> list[str]:
    word = query.words.strip()
    if len(word) < _PROBE or not any(c.isdigit() for c in word):
        return []
    declared: Mapping[str, Schema] = schemas()
    asked = [declared[t] for t in query.types if t in declared] if query.types else list(declared.values())
    forms: dict[str, None] = {}
    for schema in asked:
        for name in schema.identifiers:
            many = schema.definition.attributes[name].many
            for spelling in {word, word.upper()}:
                forms[contains(name, [spelling] if many else spelling)] = None
    return list(forms)
