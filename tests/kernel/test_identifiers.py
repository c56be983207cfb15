"""Identifier schemes against published vectors and by their own laws."""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingqu.kernel import identifiers
from lingqu.kernel.errors import NotFound

SHARED = os.environ.get("LINGQU_SHARED_DATA", "")
TODAY = date(2026, 6, 1)
SCHEME_OF = {
    "residence_permit_HMT": "citizen_id",
    "biz_reg15": "business_registration",
    "tax_id15": "tax_registration",
    "re_unit": "real_estate_unit",
    "region12": "division",
}
RULE_OF = {"org-check": "org_check", "charset": "charset"}
VECTORS = json.loads(Path(__file__).with_name("identifier_vectors.json").read_text(encoding="utf-8"))


def broken(scheme: str, text: str) -> str | None:
    fault = identifiers.check(scheme, text, TODAY)
    return fault and fault.rule.removeprefix(scheme + ".")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['kind']}-{v['value']}")
def test_published_vectors(vector):
    scheme = SCHEME_OF.get(vector["kind"], vector["kind"])
    found = broken(scheme, vector["value"])
    if vector["expected"] == "valid":
        assert found is None
    elif vector["own_result"] == "invalid":
        assert found is not None
    else:
        assert found == RULE_OF.get(vector["own_result"], vector["own_result"])


@pytest.mark.parametrize(
    ("scheme", "text", "rule"),
    [
        ("citizen_id", "11010519491231002X", None),
        ("citizen_id", "11010519491231002x", None),
        ("citizen_id", " 11010519491231002X\u3000", None),
        ("citizen_id", "11010519491231002Ｘ", "format"),
        ("citizen_id", "440524188001010014", None),
        ("citizen_id", "810000199001010019", None),
        ("citizen_id", "1101011990030700", "length"),
        ("citizen_id", "110101199002300014", "date"),
        ("citizen_id", "110101209912310015", "future"),
        ("uscc", "91230100MA18XK2T01", "checksum"),
        ("uscc", "912301A0MA18XK2T0B", "region"),
        ("uscc", "91230100ma18xk2t0g", None),
        ("org_code", "D2143569-1", "checksum"),
        ("org_code", "d2143569x", None),
        ("org_code", "60003734-0", "checksum"),
        ("org_code", "7109317O-X", "checksum"),
        ("business_registration", "110108000123450", "checksum"),
        ("business_registration", "23010010012345", "length"),
        ("business_registration", "31011500098765X", "format"),
        ("division", "440305001002", None),
        ("division", "220581102200", None),
        ("division", "230102", None),
        ("division", "441900003", None),
        ("division", "999999001001", "region"),
        ("division", "230001000000", "parent"),
        ("division", "110101099001", None),
        ("real_estate_unit", "230102 001002 GB00001 F00010001", None),
        ("real_estate_unit", "230102001002GB00001F0001001", "length"),
        ("real_estate_unit", "230102001002GB00000F00010001", "parcel"),
        ("real_estate_unit", "110101004005GB00123W00000001", "fixture"),
        ("phone", "+8619912345678", None),
        ("phone", "12345", None),
        ("phone", "110", None),
        ("phone", "1380013800", "format"),
        ("phone", "0451-1234", "format"),
        ("phone", "不详", "format"),
        ("phone", "", "format"),
    ],
)
def test_further_values(scheme, text, rule):
    assert broken(scheme, text) == rule


@pytest.mark.parametrize(
    ("scheme", "text", "stored"),
    [
        ("citizen_id", "110101900307001", "110101199003070011"),
        ("citizen_id", "230102560229214", "230102195602292148"),
        ("citizen_id", "440524800101998", identifiers.citizen_id_of("440524", date(1880, 1, 1), 998)),
        ("phone", "0451-84664129", "+8645184664129"),
        ("phone", "010-65295114", "+861065295114"),
        ("phone", "（0451）8466 4129", "+8645184664129"),
        ("phone", "+86 0451 84664129", "+8645184664129"),
        ("phone", "008613800138000", "+8613800138000"),
        ("phone", "１３８００１３８０００", "+8613800138000"),
        ("phone", "400-812-3123", "+864008123123"),
        ("phone", "12345", "12345"),
        ("org_code", "71093170７", "71093170７"),
        ("division", "2301", "230100000000"),
    ],
)
def test_normal_forms(scheme, text, stored):
    assert identifiers.normalize(scheme, text) == stored


def test_inner_organisation_code_is_a_warning():
    fault = identifiers.check("uscc", "91230100MA18XK2T50", TODAY)
    assert fault is not None
    assert fault.severity == "warning"


def test_unknown_scheme_is_named():
    with pytest.raises(NotFound) as refused:
        identifiers.check("passport", "E1", TODAY)
    assert refused.value.rule == "identifier.scheme"


def test_parts_of_a_citizen_id():
    parts = identifiers.citizen_parts("230102560229214")
    assert parts == identifiers.CitizenParts(date(1956, 2, 29), "2", "230102")
    assert identifiers.citizen_parts("110101199002300014") is None
    assert identifiers.citizen_parts("?") is None


@pytest.mark.parametrize(
    ("code", "level", "prefix", "parent"),
    [
        ("230000", "province", "23", None),
        ("2301", "prefecture", "2301", "230000000000"),
        ("230102", "county", "230102", "230100000000"),
        ("230110000000", "county", "230110", "230100000000"),
        ("230102001000", "township", "230102001", "230102000000"),
        ("230102010", "township", "230102010", "230102000000"),
        ("220581102200", "village", "220581102200", "220581102000"),
        ("110000", "province", "11", None),
    ],
)
def test_place_of_a_division(code, level, prefix, parent):
    assert identifiers.division_level(code) == level
    assert identifiers.division_prefix(code) == prefix
    assert identifiers.division_parent(code) == parent


def test_township_without_county_belongs_to_the_prefecture():
    assert identifiers.division_parent("441900003000") == "441900000000"


people = st.builds(
    identifiers.citizen_id_of,
    st.sampled_from(["230102", "110101", "650102", "810000"]),
    st.dates(date(1850, 1, 1), TODAY),
    st.integers(0, 999),
)
org_bodies = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8)
firms = st.builds(identifiers.uscc_of, st.sampled_from(["91", "92", "11", "52", "N2"]), st.just("230100"), org_bodies)


@given(people)
def test_made_citizen_ids_are_sound_and_keep_their_parts(number):
    assert broken("citizen_id", number) is None
    parts = identifiers.citizen_parts(number)
    assert parts is not None
    assert f"{parts.region}{parts.birth_date:%Y%m%d}" == number[:14]
    assert (parts.sex == "1") == (int(number[16]) % 2 == 1)


@given(people, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_a_citizen_id_is_noticed(number, place, by):
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert broken("citizen_id", wrong) is not None


@given(people, st.integers(0, 15))
def test_two_exchanged_digits_of_a_citizen_id_are_noticed(number, place):
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert wrong == number or broken("citizen_id", wrong) is not None


@given(firms)
def test_made_uscc_are_sound_down_to_the_inner_code(code):
    assert broken("uscc", code) is None
    assert broken("uscc", code.lower()) is None
    assert broken("org_code", code[8:17]) is None
    assert broken("tax_registration", code[2:17]) is None


@given(firms, st.integers(8, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_of_a_uscc_is_noticed(code, place, other):
    wrong = code[:place] + other + code[place + 1 :]
    assert wrong == code or broken("uscc", wrong) is not None


@given(st.from_regex(r"[0-9]{14}", fullmatch=True))
def test_made_registration_numbers_are_sound(body):
    assert broken("business_registration", identifiers.business_registration_of(body)) is None


@given(st.sampled_from(sorted(identifiers.SCHEMES)), st.text(max_size=30))
def test_any_text_is_answered_and_normal_forms_stay(scheme, text):
    once = identifiers.normalize(scheme, text)
    assert identifiers.normalize(scheme, once) == once
    fault = identifiers.check(scheme, text, TODAY)
    assert fault is None or fault.message.zh


def test_every_division_of_harbin_is_sound():
    folder = Path(__file__).parents[2] / "cities/harbin/data/divisions"
    codes = [line.split(",")[0] for name in ("cities", "areas", "streets") for line in (folder / f"{name}.csv").open()]
    codes = [code for code in codes if code.isdigit()]
    assert len(codes) == 347
    assert [code for code in codes if broken("division", code)] == []


@pytest.mark.skipif(not SHARED, reason="LINGQU_SHARED_DATA names no folder of further data")
def test_every_township_of_the_country_is_sound():
    with gzip.open(Path(SHARED) / "01_boundaries/codes_nbs2023/streets.csv.gz", "rt", encoding="utf-8") as lines:
        codes = [row["code"] for row in csv.DictReader(lines)]
    assert len(codes) == 41_352
    assert [code for code in codes if broken("division", code)] == []
    levels = Counter(identifiers.division_level(code) for code in codes)
    assert levels == {"township": 41_351, "county": 1}, "Jinmen stands in for its townships"


@pytest.mark.skipif(not SHARED, reason="LINGQU_SHARED_DATA names no folder of further data")
def test_real_firms_have_sound_codes():
    """68,754 firms of one province; the few that are typed in lower case pass after normalising."""
    found: Counter[str | None] = Counter()
    for file in sorted((Path(SHARED) / "08_enterprises/heilongjiang").glob("*.csv*")):
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found[broken("uscc", next(v for k, v in row.items() if "信用代码" in k))] += 1
    assert sum(found.values()) > 68_000
    assert found[None] + found["org_check"] > 0.999 * sum(found.values()), found
