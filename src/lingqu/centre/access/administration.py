"""A part of the door (``door.administration``): accounts, keys, loans of roles, and what needs four eyes."""

from __future__ import annotations

from lingqu.centre.access import grants
from lingqu.centre.access.actions.change_account import change_account
from lingqu.centre.access.actions.close_account import close_account
from lingqu.centre.access.actions.create_account import create_account
from lingqu.centre.access.actions.end_loan import end_loan
from lingqu.centre.access.actions.issue_key import issue_key
from lingqu.centre.access.actions.lend import lend
from lingqu.centre.access.actions.let_in import come_in, let_in, opens
from lingqu.centre.access.actions.pin_certificate import pin_certificate
from lingqu.centre.access.actions.reopen_account import reopen_account
from lingqu.centre.access.actions.revoke_credential import revoke_credential
from lingqu.centre.access.actions.set_person import set_person
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.acts import Act as DangerousAct
from lingqu.centre.access.acts import known, register
from lingqu.centre.access.definitions import Role
from lingqu.centre.access.directory import (
    Found,
    Key,
    Lent,
    Registered,
    account,
    colleagues,
    keys,
    last_acts,
    loans_with,
    my_loans,
    rights_of,
    staff,
)
from lingqu.centre.access.directory import accounts as accounts_found
from lingqu.centre.access.policy import policy
from lingqu.centre.access.powers import DANGERS, FourEyes, dangers_of
from lingqu.centre.access.proposals import (
    Proposed,
    decided,
    do_or_propose,
    proposal,
    propose,
    refuse_proposal,
    second,
    take_up,
)
from lingqu.centre.access.proposals import mine as my_proposals
from lingqu.centre.access.proposals import waiting as proposals_waiting
from lingqu.centre.access.requests import AccountChange, Certificate, Loan, NewAccount, Opening, PersonLink
from lingqu.centre.access.rights import Right, rights
from lingqu.kernel.text import Text


def administers(actor: Actor) -> bool:
    """Whether the actor administers any accounts."""
    return actor.kind == "system" or grants.may(actor, "administer")


def roles() -> dict[str, Role]:
    """The roles of the city by code."""
    return dict(policy().roles)


def departments() -> dict[str, Text]:
    """The departments of the city by code, with their titles."""
    return dict(policy().departments)


__all__ = [
    "DANGERS",
    "AccountChange",
    "Certificate",
    "DangerousAct",
    "Found",
    "FourEyes",
    "Key",
    "Lent",
    "Loan",
    "NewAccount",
    "Opening",
    "PersonLink",
    "Proposed",
    "Registered",
    "Right",
    "Role",
    "account",
    "accounts_found",
    "administers",
    "change_account",
    "close_account",
    "colleagues",
    "come_in",
    "create_account",
    "dangers_of",
    "decided",
    "departments",
    "do_or_propose",
    "end_loan",
    "issue_key",
    "keys",
    "known",
    "last_acts",
    "lend",
    "let_in",
    "loans_with",
    "my_loans",
    "my_proposals",
    "opens",
    "pin_certificate",
    "proposal",
    "proposals_waiting",
    "propose",
    "refuse_proposal",
    "register",
    "reopen_account",
    "revoke_credential",
    "rights",
    "rights_of",
    "roles",
    "second",
    "set_person",
    "staff",
    "take_up",
]
