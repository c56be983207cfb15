"""Link an account to the Person it is of: who signs in with it sees that person's own data."""

from __future__ import annotations

from django.db import transaction

from lingqu.centre.access import ledger, powers, validity
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Account
from lingqu.centre.access.powers import Danger, hands_of
from lingqu.centre.access.requests import PersonLink
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

PREFIX = "urn:ngsi-ld:Person:"


@transaction.atomic
def dangers(actor: Actor, link: PersonLink, second: Actor | None = None) -> list[Danger]:
    """Checks rights and rules; a link is always dangerous, taking one away never. Raises Refused, NotFound, Invalid."""
    account = powers.taken_up(actor, link.username, second)
    validity.check((_form(account, link.person),), link.username)
    return ["person"] if link.person and link.person != account.person else []


def _form(account: Account, person: str) -> Fault | None:
    if person and account.kind != "person":
        said = Text(zh="只有人的账号才对应自然人", en="Only a person's account is of a person")
        return Fault("access.person", said, column="person")
    if person and (not person.startswith(PREFIX) or len(person) > 200):
        said = Text(zh=f"填自然人的编号，以 {PREFIX} 开头", en=f"Give the id of a person; it begins with {PREFIX}")
        return Fault("access.person", said, column="person")
    return None


@transaction.atomic
def set_person(actor: Actor, link: PersonLink, second: Actor | None = None) -> None:
    """Link an account to a Person entity, or (empty) take the link away. Raises Refused, NotFound, Invalid,
    ``FourEyes``."""
    found = dangers(actor, link, second)
    account = Account.objects.get(username=link.username)
    powers.settle(actor, found, second, hands_of(account), link.username)
    if account.person == link.person:
        return
    before, account.person = account.person, link.person
    account.save(update_fields=["person"])
    ledger.record(
        actor,
        "grant",
        entity_type="Person",
        entity_ids=[p for p in (before, link.person) if p],
        detail={"what": "person linked" if link.person else "person unlinked", "account": account.username},
    )
