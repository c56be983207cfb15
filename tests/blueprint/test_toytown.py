"""The small city end to end: its files become one record, and the faults that stand in them are found."""

import pytest

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.door import Query
from lingqu.centre.fusion import door as fusion
from lingqu.centre.quality import door as quality
from toytown import toytown, toytown_run  # noqa: F401


def test_the_small_city_becomes_one_record(toytown_run):  # noqa: F811
    assert {source: (d.state, d.rows, d.clean_rows) for source, d in toytown_run.deliveries.items()} == {
        "civil_affairs.addresses": ("checked", 40, 40),
        "civil_affairs.assistance": ("checked", 24, 24),
        "civil_affairs.divisions": ("checked", 7, 7),
        "market.registrations": ("checked", 12, 12),
        "market.representatives": ("checked", 12, 12),
        "natural_resources.buildings": ("checked", 40, 40),
        "natural_resources.roads": ("checked", 6, 6),
        "police.household_register": ("checked", 221, 218),
    }
    _faults_are_found(toytown_run)
    assert {run.state for run in toytown_run.registers.values()} == {"done"}
    assert entities.type_counts(SYSTEM) == {
        "Address": 40,
        "AdministrativeArea": 7,
        "Building": 40,
        "Household": 89,
        "LegalRepresentative": 12,
        "Organization": 12,
        "Person": 219,  # 218 of the police, and one whom only the assistance office writes in its own way
        "Road": 6,
    }
    _places_meet()
    assert fusion.dispute_counts() == {("population", "address"): 2, ("population", "phone"): 2}


def _faults_are_found(run):
    police = run.deliveries["police.household_register"].id
    found = {(issue.rule, issue.row) for issue in quality.issues(police)}
    assert found >= {
        ("citizen_id.checksum", 4),
        ("type", 12),
        ("code_list", 16),
        ("required", 20),
        ("birth_date_of_id", 24),
        ("record_once", 36),
        ("record_once", 221),
    }
    assert not {row for _, row in found} & {8, 28, 32}  # none given; blanks and full-width digits are put right
    firms = quality.issues(run.deliveries["market.registrations"].id)
    assert [(issue.rule, issue.row) for issue in firms] == [("uscc.checksum", 6)]


def _places_meet():
    """Addresses in GCJ-02 and buildings in BD-09 come to lie where the plan has them, within metres."""
    query = Query(types=("Address",), words="望河路1号", limit=1)
    address = entities.find(SYSTEM, query).entities[0]
    building = entities.get(SYSTEM, address.value("building"))
    west, south = address.value("location")["coordinates"]
    east, north = building.value("location")["coordinates"]
    assert (west, south) == pytest.approx((113.18385, 35.1123), abs=2e-6)
    assert (east - west, north - south) == pytest.approx((2e-5, 2e-5), abs=3e-6)
    road = entities.find(SYSTEM, Query(types=("Road",), words="望河路")).entities[0]
    assert road.value("region") == "419901001001"
