"""The acts of this room that may need a second pair of eyes."""

from __future__ import annotations

from lingqu.centre.access import powers
from lingqu.centre.access.actions import change_account as change
from lingqu.centre.access.actions import create_account as create
from lingqu.centre.access.actions import lend, pin_certificate, reopen_account, set_person
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.acts import Act, register
from lingqu.centre.access.models import Account
from lingqu.centre.access.policy import policy
from lingqu.centre.access.powers import Hands
from lingqu.centre.access.requests import AccountChange, Certificate, Loan, NewAccount, Opening, PersonLink
from lingqu.kernel.text import Text


def _may(second: Actor, subject: str, hands: Hands) -> bool:
    """Whoever administers all that would be given may second it, but for whom it is about."""
    reaches = powers.administers(second, hands.department, hands.region) and powers.covers(second, hands)
    return reaches and second.name != subject


def _over_new(second: Actor, _proposer: Actor, new: NewAccount) -> bool:
    return _may(second, new.username, Hands(new.kind, new.roles, new.department, new.region))


def _over_change(second: Actor, _proposer: Actor, asked: AccountChange) -> bool:
    after = Hands("", asked.roles, asked.department, asked.region)
    return _over_named(second, _proposer, asked) and _may(second, asked.username, after)


def _over_named(second: Actor, _proposer: Actor, asked: AccountChange | Opening | PersonLink | Certificate) -> bool:
    account = Account.objects.filter(username=asked.username).first()
    return account is not None and _may(second, asked.username, powers.hands_of(account))


def _over_loan(second: Actor, _proposer: Actor, loan: Loan) -> bool:
    giver = Account.objects.filter(username=loan.giver).first()
    return giver is not None and _may(second, loan.taker, Hands("person", loan.roles, giver.department, giver.region))


def _named(roles: tuple[str, ...]) -> Text:
    known = policy().roles
    titles = [known[code].title if code in known else Text(zh=code, en=code) for code in roles]
    nothing = Text(zh="无角色", en="no roles")
    return Text(zh="、".join(t.zh for t in titles), en=", ".join(t.en for t in titles)) if titles else nothing


def _about_account(asked: NewAccount | AccountChange) -> Text:
    roles, place = _named(asked.roles), asked.department or asked.region or "—"
    return Text(zh=f"{asked.username}（{place}）：{roles.zh}", en=f"{asked.username} ({place}): {roles.en}")


def _about_loan(loan: Loan) -> Text:
    roles, until = _named(loan.roles), f"{loan.ends:%Y-%m-%d}"
    return Text(
        zh=f"{loan.giver} 借给 {loan.taker}：{roles.zh}，至 {until}",
        en=f"{loan.giver} to {loan.taker}: {roles.en}, until {until}",
    )


def _about_person(link: PersonLink) -> Text:
    return Text(zh=f"{link.username} 对应 {link.person}", en=f"{link.username} is of {link.person}")


def _about_named(asked: Opening | Certificate) -> Text:
    return Text(zh=asked.username, en=asked.username)


def register_all() -> None:
    register(
        Act(
            "create_account",
            Text(zh="新建账号", en="Create an account"),
            NewAccount,
            create.dangers,
            create.create_account,
            _over_new,
            _about_account,
        )
    )
    register(
        Act(
            "change_account",
            Text(zh="修改账号", en="Change an account"),
            AccountChange,
            change.dangers,
            change.change_account,
            _over_change,
            _about_account,
        )
    )
    register(
        Act(
            "reopen_account",
            Text(zh="重新启用账号", en="Open an account again"),
            Opening,
            reopen_account.dangers,
            reopen_account.reopen_account,
            _over_named,
            _about_named,
        )
    )
    register(
        Act(
            "set_person",
            Text(zh="账号对应自然人", en="Link an account to a person"),
            PersonLink,
            set_person.dangers,
            set_person.set_person,
            _over_named,
            _about_person,
        )
    )
    register(
        Act(
            "pin_certificate",
            Text(zh="登记客户端证书", en="Pin a client certificate"),
            Certificate,
            pin_certificate.dangers,
            pin_certificate.pin_certificate,
            _over_named,
            _about_named,
        )
    )
    register(
        Act(
            "lend",
            Text(zh="出借角色", en="Lend roles"),
            Loan,
            lend.dangers,
            lambda proposer, loan, second: {"loan": lend.lend(proposer, loan, second)},
            _over_loan,
            _about_loan,
        )
    )
