"""normalise: the table ``normal`` holds for each record the comparable form of its values.

``n_<attribute>`` for every contributed attribute; ``v_<attribute>`` for identifiers, only where they are valid;
``n_<attribute>.house``, ``.road`` and ``.room`` for addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import pyarrow as pa

from lingqu.centre.fusion.plan import Attribute, Plan
from lingqu.centre.fusion.steps import addresses
from lingqu.centre.fusion.workbench import Workbench, compose, name
from lingqu.kernel import identifiers
from lingqu.kernel.identifiers import people, phones

_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F)))
_NARROW = "".join(map(chr, range(0x21, 0x7F)))

_BLANKS = r"[\s\x{3000}\x{00a0}\x{feff}]+"

ADDRESS_PARTS = ("house", "road", "room")


_ODD = r"[\s\x{3000}\x{00a0}\x{feff}\x{ff01}-\x{ff5e}]"
"""What is seldom there, and costs ten times as much to put right as to look for."""


def _text(column: str) -> str:
    return compose(
        "nullif(upper(CASE WHEN regexp_matches({c}, '{odd}') "
        "THEN regexp_replace(translate({c}, '{w}', '{n}'), '{b}', '', 'g') ELSE {c} END), '')",
        c=column,
        odd=_ODD,
        w=_WIDE.replace("'", "''"),
        n=_NARROW.replace("'", "''"),
        b=_BLANKS,
    )


def _name(column: str) -> str:
    return compose("nullif(regexp_replace({t}, '[·•‧・.·]', '', 'g'), '')", t=_text(column))


def _number(column: str) -> str:
    return compose("coalesce(rtrim(rtrim(format('{{:.6f}}', try_cast({c} AS DOUBLE)), '0'), '.'), {c})", c=column)


def _date(column: str) -> str:
    """Digits only, so that the ladder of dates can compare parts; a time of day does not count."""
    return compose("nullif(regexp_replace(left({c}, 10), '[^0-9]', '', 'g'), '')", c=column)


_BY_SQL: dict[str, Callable[[str], str]] = {
    "text": _text,
    "name": _name,
    "number": _number,
    "date": _date,
    "geometry": lambda column: compose("md5({c})", c=column),
}


def identifying(plan: Plan, attribute: str) -> str:
    """The column of ``normal`` on which records are the same: of an identifier only where it is valid."""
    kind = plan.attributes[attribute].normal
    return name("v_" if kind in ("identifier", "phone") else "n_", attribute)


def normalise(bench: Workbench, plan: Plan) -> None:
    with bench.step("normalise") as rows:
        columns, joins = ["r.n"], []
        for attribute in plan.contributed():
            raw = compose("r.{c}", c=name("r_", attribute.name))
            if attribute.normal in _BY_SQL:
                columns.append(_as(_BY_SQL[attribute.normal](raw), "n_", attribute.name))
                continue
            spelled = _spelled(bench, attribute)
            joins.append(compose("LEFT JOIN {t} ON {t}.raw = {r}", t=name(spelled), r=raw))
            kept = _kept(attribute)
            columns += [_as(compose("{t}.{c}", t=name(spelled), c=name(c)), p, attribute.name + s) for c, p, s in kept]
        query = compose("SELECT {c} FROM records r {j}", c=", ".join(columns), j=" ".join(joins))
        rows[0] = bench.make("normal", query)


def _as(expression: str, *alias: str) -> str:
    return compose("{e} AS {a}", e=expression, a=name(*alias))


def _kept(attribute: Attribute) -> list[tuple[str, str, str]]:
    if attribute.normal == "address":
        return [("norm", "n_", ""), *((part, "n_", "." + part) for part in ADDRESS_PARTS)]
    return [("norm", "n_", ""), ("valid", "v_", "")]


_WEIGHED = " + ".join(f"(ascii(raw[{i}]) - 48) * {weight}" for i, weight in enumerate(people.WEIGHTS, 1))

SOUND = {
    "citizen_id": (
        r"regexp_full_match(raw, '[0-9]{17}[0-9X]')"
        f" AND raw[1:2] IN ({', '.join(repr(province) for province in sorted(people.PROVINCES))})"
        " AND try_cast(raw[7:10] || '-' || raw[11:12] || '-' || raw[13:14] AS DATE)"
        f" BETWEEN DATE '{people.EARLIEST_YEAR}-01-01' AND current_date"
        f" AND raw[18] = '{people.CHECK_CHARACTERS}'[({_WEIGHED}) % 11 + 1]"
    ),
    "phone": rf"regexp_full_match(raw, '\+86(?:{phones.NATIONAL})')",
}
"""Scheme → SQL that holds for texts that stand in normal form and are valid: most of them, and what holds in SQL need
not pass through Python. What does not hold may still be valid."""


AT_ONCE = 100_000
"""Spellings that pass through Python at a time: memory does not grow with the city."""


def _spelled(bench: Workbench, attribute: Attribute) -> str:
    """A table of the attribute's distinct spellings with what the kernel makes of each."""
    table = "spelled_" + attribute.name
    query = compose("SELECT DISTINCT {c} AS raw FROM records WHERE {c} IS NOT NULL", c=name("r_", attribute.name))
    none = ", ".join(compose("NULL::VARCHAR AS {c}", c=name(column)) for column, _, _ in _kept(attribute))
    bench.make(table, compose("SELECT NULL::VARCHAR AS raw, {n} WHERE false", n=none))
    if attribute.scheme in SOUND:
        sound = "INSERT INTO {t} SELECT raw, raw AS norm, raw AS valid FROM ({q}) WHERE {s}"
        bench.run(compose(sound, t=name(table), q=query, s=SOUND[attribute.scheme]))
        query = compose(
            "{q} AND {c} NOT IN (SELECT raw FROM {t})", q=query, c=name("r_", attribute.name), t=name(table)
        )
    left = bench.make("unspelled", compose("SELECT row_number() OVER () AS n, raw FROM ({q})", q=query))
    for start in range(0, left, AT_ONCE):
        some = bench.con.execute("SELECT raw FROM unspelled WHERE n > ? AND n <= ?", [start, start + AT_ONCE])
        raw = [row[0] for row in some.fetchall()]
        made = _addresses(raw) if attribute.normal == "address" else _identifiers(raw, attribute.scheme)
        bench.con.register("made", made)
        bench.run(compose("INSERT INTO {t} SELECT * FROM made", t=name(table)))
        bench.con.unregister("made")
    bench.drop("unspelled")
    return table


def _addresses(raw: list[str]) -> pa.Table:
    keys = [addresses.key(value) for value in raw]
    columns = {"raw": raw, "norm": [k.whole for k in keys]}
    columns |= {part: [getattr(k, part) for k in keys] for part in ADDRESS_PARTS}
    return pa.table({c: pa.array(v, pa.string()) for c, v in columns.items()})


def _identifiers(raw: list[str], code: str) -> pa.Table:
    scheme = identifiers.scheme(code)
    norm = [scheme.normalize(value) for value in raw]
    valid = _valid(norm, scheme)
    return pa.table({c: pa.array(v, pa.string()) for c, v in (("raw", raw), ("norm", norm), ("valid", valid))})


def _valid(norm: Iterable[str], scheme: identifiers.Scheme) -> list[str | None]:
    today = date.today()
    return [value if scheme.broken(value, today) is None else None for value in norm]
