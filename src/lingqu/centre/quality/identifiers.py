"""The identifier schemes of ``kernel.identifiers`` as SQL expressions, for millions of rows at once.

``normalized`` gives the stored form, ``broken`` the number of the first broken rule (1 = the first of the scheme's
``reasons``), NULL when sound. Tests hold both against the kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from lingqu.centre.quality import sql
from lingqu.kernel.identifiers import organisations as org
from lingqu.kernel.identifiers import people, phones, places, scheme
from lingqu.kernel.identifiers.scheme import SPACES


def normalized(code: str, given: str) -> str:
    return _NORMALIZED[scheme(code).code](given)


def number(code: str, value: str) -> str:
    """What ``broken`` reckons with, to be made in a column of its own before: inside a CASE, DuckDB would make it
    anew for every digit. NULL for schemes that need none."""
    if code != "citizen_id":
        return "NULL::BIGINT"
    return f"CASE WHEN length({value}) = 18 THEN try_cast(left({value}, 17) AS BIGINT) END"


def broken(code: str, value: str, made: str, today: date) -> str:
    """``value`` is a normalised one and ``made`` its ``number``. CASE over the rules in their order, so that the first
    broken one is named."""
    rules = _RULES[scheme(code).code](value, made, today)
    numbers = {rule: number for number, rule in enumerate(scheme(code).reasons, 1)}
    cases = " ".join(f"WHEN {condition} THEN {numbers[rule]}" for rule, condition in rules)
    return f"CASE WHEN {value} IS NULL THEN NULL {cases} END"


def _matches(value: str, pattern: str) -> str:
    return f"regexp_full_match({value}, {sql.text(pattern)})"


def _unlike(value: str, pattern: str) -> str:
    return f"NOT {_matches(value, pattern)}"


def _unknown_pair(pair: str, known: Iterable[str]) -> str:
    """A pair of signs without a blank is none of the known ones. A long IN would become a join, which costs order."""
    return f"NOT contains({sql.text(' '.join(sorted(known)))}, {pair})"


def _provinces(value: str, known: frozenset[str]) -> str:
    return _unknown_pair(f"left({value}, 2)", known)


def _sign_sum(value: str, alphabet: str, weights: tuple[int, ...], start: int = 1) -> str:
    """Weighted sum of the places in the alphabet of the signs from ``start``."""
    found = (f"(instr({sql.text(alphabet)}, substr({value}, {start + i}, 1)) - 1)" for i in range(len(weights)))
    return " + ".join(f"{place} * {weight}" for place, weight in zip(found, weights, strict=True))


def _citizen_check(digits: str) -> str:
    """The 18th character for the first 17 digits, given as a number.

    The weights are powers of two modulo 11 (ISO 7064 MOD 11-2), so what is wanted is the digits read in base two. From
    the number itself that is n - 8 (n/10 + 2 n/100 + 4 n/1000 + …), whole divisions: half of what taking each digit
    out would cost.
    """
    tails = " + ".join(f"{digits} // {10**j} * {2 ** (j - 1)}" for j in range(1, len(people.WEIGHTS)))
    return f"substr({sql.text(people.CHECK_CHARACTERS)}, (({digits} - 8 * ({tails})) * 2 % 11 + 1)::INTEGER, 1)"


def _citizen_normalized(given: str) -> str:
    upper = f"replace({given}, 'x', 'X')"
    body = f"left({given}, 6) || CASE WHEN substr({given}, 13) >= '996' THEN '18' ELSE '19' END || substr({given}, 7)"
    return (
        f"CASE WHEN length({given}) = 15 AND {_matches(given, '[0-9]{15}')} "
        f"THEN {body} || {_citizen_check(f'try_cast({body} AS BIGINT)')} ELSE {upper} END"
    )


def _citizen_rules(value: str, made: str, today: date) -> list[tuple[str, str]]:
    """The date is judged by its numbers, which is quicker than to parse its text."""
    year, month, day = f"({made} // 10000000 % 10000)", f"({made} // 100000 % 100)", f"({made} // 1000 % 100)"
    leap = f"({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))"
    longest = f"CASE WHEN {month} = 2 THEN 28 + {leap}::INTEGER WHEN {month} IN (4, 6, 9, 11) THEN 30 ELSE 31 END"
    no_day = f"{day} NOT BETWEEN 1 AND 28 AND NOT {day} BETWEEN 1 AND {longest}"
    return [
        ("length", f"length({value}) <> 18"),
        ("format", _unlike(value, "[0-9]{17}[0-9X]")),
        ("region", _provinces(value, people.PROVINCES)),
        ("date", f"{month} NOT BETWEEN 1 AND 12 OR {year} < {people.EARLIEST_YEAR} OR ({no_day})"),
        ("future", f"{made} // 1000 % 100000000 > {today:%Y%m%d}"),
        ("checksum", f"{_citizen_check(made)} <> right({value}, 1)"),
    ]


def _org_check(value: str, start: int) -> str:
    total = _sign_sum(value, org.ORG_ALPHABET, org.ORG_WEIGHTS, start)
    return f"substr('0X987654321', (({total}) % 11 + 1)::INTEGER, 1)"


def _uscc_rules(value: str, made: str, today: date) -> list[tuple[str, str]]:
    total = _sign_sum(value, org.USCC_ALPHABET, org.USCC_WEIGHTS)
    check = f"substr({sql.text(org.USCC_ALPHABET)}, ((31 - ({total}) % 31) % 31 + 1)::INTEGER, 1)"
    pairs = [first + second for first, seconds in org.USCC_CATEGORIES.items() for second in seconds]
    province = _unknown_pair(f"substr({value}, 3, 2)", people.PROVINCES | {"10"})
    region = f"{_unlike(f'substr({value}, 3, 6)', '[0-9]{6}')} OR {province}"
    return [
        ("length", f"length({value}) <> 18"),
        ("charset", _unlike(value, f"[{org.USCC_ALPHABET}]{{18}}")),
        ("category", _unknown_pair(f"left({value}, 2)", pairs)),
        ("region", region),
        ("checksum", f"{check} <> right({value}, 1)"),
        ("org_check", f"{_org_check(value, 9)} <> substr({value}, 17, 1)"),
    ]


def _org_rules(value: str, made: str, today: date) -> list[tuple[str, str]]:
    return [
        ("format", _unlike(value, "[0-9A-Z]{8}-[0-9X]")),
        ("checksum", f"{_org_check(value, 1)} <> substr({value}, 10, 1)"),
    ]


def _registration_rules(value: str, made: str, today: date) -> list[tuple[str, str]]:
    """ISO 7064 MOD 11,10: the running product is folded over the digits by list_reduce."""
    digits = f"list_prepend(10, list_transform(string_split(left({value}, 14), ''), lambda d: d::INTEGER))"
    step = "(CASE WHEN (p + d) % 10 = 0 THEN 10 ELSE (p + d) % 10 END) * 2 % 11"
    check = f"((11 - list_reduce({digits}, lambda p, d: {step})) % 10)::VARCHAR"
    return [
        ("length", f"length({value}) <> 15"),
        ("format", _unlike(value, "[0-9]{15}")),
        ("checksum", f"{check} <> right({value}, 1)"),
    ]


def _tax_rules(value: str, made: str, today: date) -> list[tuple[str, str]]:
    return [
        ("length", f"length({value}) <> 15"),
        ("format", _unlike(value, "[0-9]{6}[0-9A-Z]{8}[0-9X]")),
        ("region", _provinces(value, people.PROVINCES)),
        ("checksum", f"{_org_check(value, 7)} <> right({value}, 1)"),
    ]


def _division_rules(value: str, made: str, today: date) -> list[tuple[str, str]]:
    under_nothing = f"(substr({value}, 3, 2) = '00' AND substr({value}, 5) <> '00000000')"
    village = f"(substr({value}, 7, 3) = '000' AND right({value}, 3) <> '000')"
    return [
        ("length", f"length({value}) <> 12"),
        ("format", _unlike(value, "[0-9]+")),
        ("region", _provinces(value, places.DIVISION_PROVINCES)),
        ("parent", f"{under_nothing} OR {village}"),
        (
            "range",
            f"substr({value}, 7, 3) > '{places.HIGHEST_TOWNSHIP}' OR right({value}, 3) > '{places.HIGHEST_VILLAGE}'",
        ),
    ]


def _division_normalized(given: str) -> str:
    lengths = ", ".join(map(str, places.DIVISION_LENGTHS))
    return (
        f"CASE WHEN length({given}) IN ({lengths}) AND {_matches(given, '[0-9]+')} "
        f"THEN rpad({given}, 12, '0') ELSE {given} END"
    )


def _unit_rules(value: str, made: str, today: date) -> list[tuple[str, str]]:
    return [
        ("length", f"length({value}) <> 28"),
        ("format", _unlike(value, "[0-9]{12}[GJZ][ABSXCDEFHGWY][0-9]{5}[FLQW][0-9]{8}")),
        ("region", _provinces(value, places.DIVISION_PROVINCES)),
        ("parcel", f"substr({value}, 15, 5) = '00000'"),
        ("fixture", f"substr({value}, 20, 1) = 'W' AND right({value}, 8) <> '00000000'"),
    ]


def _phone_normalized(given: str) -> str:
    half = f"translate({given}, {sql.text(phones.FULL_WIDTH)}, {sql.text(phones.HALF_WIDTH)})"
    bare = f"regexp_replace({half}, {sql.text(_PHONE_SEPARATORS)}, '', 'g')"
    country = f"regexp_matches({bare}, {sql.text('^' + phones.COUNTRY)})"
    after = f"regexp_replace({bare}, {sql.text('^' + phones.COUNTRY + '0?')}, '')"
    dialled = _matches(bare, f"{phones.MOBILE_OR_SERVICE}|{phones.FIXED}")
    slow = (
        f"CASE WHEN {country} THEN '+86' || {after} WHEN {dialled} THEN '+86' || regexp_replace({bare}, '^0', '') "
        f"ELSE {bare} END"
    )
    return f"CASE WHEN {_matches(given, '1[3-9][0-9]{9}')} THEN '+86' || {given} ELSE {slow} END"


_PHONE_SEPARATORS = "[\\s\u3000\u00a0\ufeff()\\-]"


def _phone_rules(value: str, made: str, today: date) -> list[tuple[str, str]]:
    return [("format", _unlike(value, rf"\+86(?:{phones.NATIONAL})|{phones.SHORT}"))]


def _upper(given: str) -> str:
    return f"upper({given})"


_NORMALIZED: dict[str, Callable[[str], str]] = {
    "citizen_id": _citizen_normalized,
    "uscc": _upper,
    "org_code": lambda given: f"regexp_replace(upper({given}), '^([0-9A-Z]{{8}})([0-9X])$', '\\1-\\2')",
    "business_registration": lambda given: given,
    "tax_registration": _upper,
    "division": _division_normalized,
    "real_estate_unit": lambda given: f"upper(regexp_replace({given}, {sql.text('[' + SPACES + ']')}, '', 'g'))",
    "phone": _phone_normalized,
}
_RULES: dict[str, Callable[[str, str, date], list[tuple[str, str]]]] = {
    "citizen_id": _citizen_rules,
    "uscc": _uscc_rules,
    "org_code": _org_rules,
    "business_registration": _registration_rules,
    "tax_registration": _tax_rules,
    "division": _division_rules,
    "real_estate_unit": _unit_rules,
    "phone": _phone_rules,
}
