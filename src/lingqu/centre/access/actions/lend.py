"""Lend own roles to a colleague of the same department for at most 90 days."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from lingqu.centre.access import ledger, powers, validity
from lingqu.centre.access.actors import Actor, is_over
from lingqu.centre.access.models import Account, Delegation
from lingqu.centre.access.powers import Danger, Hands
from lingqu.centre.access.requests import Loan
from lingqu.kernel.errors import Fault, Refused
from lingqu.kernel.text import Text

LONGEST = timedelta(days=90)


def dangers(actor: Actor, loan: Loan, second: Actor | None = None) -> list[Danger]:
    """Checks rights and rules; roles that administer or apply are dangerous to lend. Raises Refused, Invalid."""
    giver = _giver(actor, loan)
    powers.own_account(second, loan.taker) if second is not None else None
    taker = Account.objects.filter(username=loan.taker, kind="person", is_active=True).first()
    validity.check(
        (
            _taker(giver, taker),
            _roles(giver, loan),
            validity.period(loan.begins, loan.ends, LONGEST),
            validity.reason(loan.reason),
        ),
        loan.taker,
    )
    return powers.dangers_of(loan.roles)


def _giver(actor: Actor, loan: Loan) -> Account:
    account = Account.objects.filter(username=loan.giver, kind="person").first()
    if account is None or account.pk != actor.account_id or not account.is_active or is_over(account):
        ledger.record(actor, "refused", detail={"rule": "access.loan", "place": loan.giver[:150]})
        raise Refused(
            "access.loan",
            Text(zh="只能出借自己的角色", en="One lends the own roles only"),
            place=loan.giver,
            next_step=Text(zh="用本人的账号登录后出借", en="Sign in with your own account and lend from there"),
        )
    return account


def _taker(giver: Account, taker: Account | None) -> Fault | None:
    """In another department one would see by a loan what that department has no agreement for."""
    if taker is None or taker.department != giver.department or is_over(taker):
        said = Text(zh="在您的部门没有这位同事", en="There is no such colleague in your department")
    elif not giver.department:
        said = Text(zh="您的账号未登记部门，不能出借", en="Your account is of no department; its roles cannot be lent")
    elif taker.pk == giver.pk or (giver.person and taker.person == giver.person):
        said = Text(zh="不能借给自己", en="Nobody lends to oneself")
    else:
        return None
    return Fault("access.taker", said, column="taker")


def _roles(giver: Account, loan: Loan) -> Fault | None:
    """What was lent to somebody is not among the own roles, so that no loan is lent on."""
    if loan.roles and set(loan.roles) <= set(giver.roles):
        return None
    said = Text(zh="只能出借本人持有的角色；借来的不能转借", en="Lend roles that you hold yourself; none lent to you")
    return Fault("access.roles", said, column="roles")


@transaction.atomic
def lend(actor: Actor, loan: Loan, second: Actor | None = None) -> int:
    """Lend own roles to a colleague of the own department for at most 90 days; gives the loan's number. Raises
    Refused, Invalid, ``FourEyes`` for roles that are dangerous."""
    found = dangers(actor, loan, second)
    giver, taker = Account.objects.get(username=loan.giver), Account.objects.get(username=loan.taker)
    hands = Hands("person", loan.roles, giver.department, giver.region)
    powers.settle(actor, found, second, hands, loan.taker)
    row = Delegation.objects.create(
        giver=giver,
        taker=taker,
        roles=list(dict.fromkeys(loan.roles)),
        reason=loan.reason.strip(),
        begins=loan.begins,
        ends=loan.ends,
    )
    ledger.record(
        actor,
        "grant",
        detail={"what": "roles lent", "loan": row.pk, "account": loan.taker, "roles": loan.roles,
                "begins": loan.begins, "until": loan.ends, "reason": loan.reason},
    )  # fmt: skip
    return row.pk
