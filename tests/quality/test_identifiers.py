"""The SQL of identifiers is the kernel's rules: the same stored form and the same first broken rule for any text."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingqu.centre.quality import identifiers
from lingqu.kernel.identifiers import SCHEMES, business_registration_of, citizen_id_of, org_code_of, uscc_of

TODAY = date(2026, 11, 22)
SIGNS = "0123456789XxABCDEFGHJKLMNPQRTUWYIOSVZ-+() ０１Ｘ,"
KNOWN = {
    "citizen_id": [
        "110101199003070011", "11010519491231002X", "11010519491231002x", "440524188001010014", "830000199001010012",
        "110101900307001", "230102560229214", "110101900307998", "110101199003070010", "1101011990030700",
        "110101199002300014", "110101190002290011", "110101209912310015", "990101199003070015", "1101011990O3070011",
        "1101011990030700X1", "110101184912310010", "1e000000000000016X",
    ],
    "uscc": [
        "91110000600037341L", "91230100MA18XK2T0G", "91230100ma18xk2t0g", "N2330106MF3A1B2C6T", "91230100MA18XK2T01",
        "91230100MI18XK2T0G", "912301A0MA18XK2T0B", "97230100MA18XK2T0X", "91230100MA18XK2T50", "11230100000012343F",
    ],
    "org_code": ["D2143569-X", "D2143569X", "d2143569x", "60003734-1", "D2143569-1", "7109317-01", "7109317O-X"],
    "business_registration": ["110108000123459", "230100100123458", "110108000123450", "31011500098765X"],
    "tax_registration": ["230102600037341", "23010260003734X", "990102600037341", "23010260003734"],
    "division": [
        "23", "2301", "230102", "230102001", "230102001000", "11010100100", "110101001ABC", "999999001001",
        "110101000005", "110101601001", "230000001000", "830000000000",
    ],
    "real_estate_unit": [
        "230102001002GB00001F00010001", "230102 001002 GB00001 F00010001", "230102001002gb00001f00010001",
        "230102001002GB00001F0001001", "230102001002KB00001F00010001", "230102001002GB00000F00010001",
        "230102001002GB00123W00000000", "230102001002GB00123W00000001",
    ],
    "phone": [
        "13800138000", "+8619912345678", "008613800138000", "0451-84664129", "(0451)84664129", "010-65295114",
        "400-812-3123", "12345", "95588", "12800138000", "138001380000", "0451-1234", "１３８００１３８０００",
        "+86045184664129",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        yield connection


def by_sql(database, code: str, texts: list[str]) -> list[tuple[str, str | None]]:
    value, made = identifiers.normalized(code, "t"), identifiers.number(code, "v")
    broken = identifiers.broken(code, "v", "n", TODAY)
    rows = database.execute(
        f"SELECT v, {broken} FROM (SELECT *, {made} AS n FROM (SELECT i, {value} AS v "
        "FROM (SELECT unnest($1::VARCHAR[]) AS t, unnest(range(len($1))) AS i))) ORDER BY i",
        [texts],
    ).fetchall()
    rules = [None, *SCHEMES[code].reasons]
    return [(stored, rules[number or 0]) for stored, number in rows]


def by_kernel(code: str, texts: list[str]) -> list[tuple[str, str | None]]:
    scheme = SCHEMES[code]
    return [(scheme.normalize(t), scheme.broken(scheme.normalize(t), TODAY)) for t in texts]


@pytest.mark.parametrize("code", SCHEMES)
def test_known_identifiers(database, code):
    assert by_sql(database, code, KNOWN[code]) == by_kernel(code, KNOWN[code])


def test_the_vectors_of_the_standards(database):
    file = Path(__file__).parents[1] / "kernel" / "identifier_vectors.json"
    vectors = [v for v in json.loads(file.read_text()) if v["kind"] in SCHEMES]
    assert len(vectors) > 20
    for code in {v["kind"] for v in vectors}:
        texts = [v["value"].strip() for v in vectors if v["kind"] == code and v["value"].strip()]
        assert by_sql(database, code, texts) == by_kernel(code, texts)


digits = st.text("0123456789", min_size=8, max_size=8)
whole = {
    "citizen_id": st.builds(
        citizen_id_of, st.sampled_from(["230102", "110101", "990101"]), st.dates(date(1800, 1, 1)), st.integers(0, 999)
    ),
    "uscc": st.builds(
        uscc_of, st.sampled_from(["91", "92", "11", "97", "Y1"]), st.sampled_from(["230100", "990000"]), digits
    ),
    "org_code": st.builds(org_code_of, digits),
    "business_registration": st.builds(lambda a: business_registration_of("230100" + a), digits),
}


@pytest.mark.parametrize("code", SCHEMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_text(database, code, data):
    """Sound identifiers, sound ones with a sign changed, and noise (trimmed, as texts come to this step)."""
    sound = whole.get(code, st.sampled_from(KNOWN[code]))
    place, sign = st.integers(0, 27), st.sampled_from(SIGNS)
    changed = st.builds(lambda text, at, new: text[:at] + new + text[at + 1 :], sound, place, sign)
    noise = st.text(SIGNS, max_size=30)
    texts = [t.strip() for t in data.draw(st.lists(st.one_of(sound, changed, noise), min_size=1, max_size=20))]
    texts = [t for t in texts if t] or ["0"]
    assert by_sql(database, code, texts) == by_kernel(code, texts)
