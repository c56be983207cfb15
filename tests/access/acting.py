"""Persons, firms and who represents them, for tests of acting for others. Import the fixture::

from access.acting import acting  # noqa: F401
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lingqu.centre.access import actors
from lingqu.centre.access import door as access
from lingqu.centre.access.definitions import Representation
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.door import Draft
from little_city import BOTH, DOCUMENTS, draw
from settled import settle

ZHAO, LI, SUN, BABY, GRAN = (f"urn:ngsi-ld:Person:{name}" for name in ("zhao", "li", "sun", "baby", "gran"))
MILL, SHOP = "urn:ngsi-ld:Firm:mill", "urn:ngsi-ld:Firm:shop"
BOTH["representation"] = Representation

ATTRIBUTE = {"element": "address"}
MORE: list[tuple[str, dict[str, Any]]] = [
    ("entity_type", {"code": "Firm", "title": "企业", "public": True, "label": "name",
                     "attributes": {"name": ATTRIBUTE, "code": ATTRIBUTE, "status": ATTRIBUTE}}),
    ("entity_type", {"code": "Head", "title": "负责人", "personal": True, "label": "name",
                     "attributes": {"name": {"element": "name"}, "idNumber": ATTRIBUTE, "code": ATTRIBUTE}}),
    ("representation", {"code": "head", "title": "法定代表人", "basis": "登记", "type": "Firm", "by": "Person",
                        "where": {"status": ["1"]}, "through": {"type": "Head", "match": {"code": "code"}},
                        "match": {"idNumber": "plate", "name": "name"}}),
    ("representation", {"code": "parent", "title": "父母", "basis": "户口", "type": "Person", "by": "Person",
                        "where": {"sex": ["1"]}, "by_where": {"sex": ["2"]}, "match": {"livesAt": "livesAt"},
                        "younger_than": 18, "born": "birthDate"}),
    ("role", {"code": "citizen", "title": "市民", "grants": [
        {"actions": ["read"], "types": ["Person", "Firm"], "rows": "self", "unmasked": True, "purposes": ["mine"]}]}),
]  # fmt: skip


def _draft(entity_id: str, kind: str, **values: Any) -> Draft:
    attrs = {
        name: {"type": "Relationship", "object": value} if name == "livesAt" else {"type": "Property", "value": value}
        for name, value in values.items()
    }
    return Draft(entity_id, kind, attrs, owner="police")


def write(entity_id: str, **values: Any) -> None:
    entities.write(SYSTEM, [_draft(entity_id, entity_id.split(":")[2], **values)])


def follow() -> None:
    """The change log, once nobody's older transaction holds it back."""
    settle()
    entities.follow_representations()


HOME, BORN = "urn:ngsi-ld:Building:1", timezone.localdate() - timedelta(days=3000)


@pytest.fixture
def acting(transactional_db: None) -> None:
    """Zhao heads the mill and is Baby's parent; Li heads the shop; Sun and Gran represent nobody."""
    draw([*DOCUMENTS, *MORE])
    write(ZHAO, name="赵一", plate="1001", sex="2", livesAt=HOME)
    write(BABY, name="赵小宝", sex="1", birthDate=BORN.isoformat(), livesAt=HOME)
    write(LI, name="李二", plate="1002")
    write(SUN, name="孙三", plate="1003")
    write(GRAN, name="赵奶奶", plate="1004")
    for firm, code, name, number in ((MILL, "m", "赵一", "1001"), (SHOP, "s", "李二", "1002")):
        write(firm, name=firm[-4:], code=code, status="1")
        write(f"urn:ngsi-ld:Head:{code}", name=name, idNumber=number, code=code)
    for who in (ZHAO, LI, SUN, GRAN):
        name = who.rpartition(":")[2]
        Account.objects.create(username=name, display_name=name.title(), person=who, roles=["citizen"])
    follow()


def me(name: str, **more: Any) -> Actor:
    account = Account.objects.get(username=name)
    return actors.acting(account, purpose=more.pop("purpose", "mine"), **more)


def offer(entity: str, taker: str, **more: Any) -> access.MandateOffer:
    now = timezone.now()
    given = {"does": ("see", "apply"), "begins": now, "ends": now + timedelta(days=30)} | more
    return access.MandateOffer(entity=entity, taker=taker, **given)


def mandate(giver: str, entity: str, taker: str, **more: Any) -> int:
    """Given and accepted."""
    number = access.give_mandate(me(giver), offer(entity, taker, **more))
    access.answer_mandate(me(taker), number, accept=True)
    return number
