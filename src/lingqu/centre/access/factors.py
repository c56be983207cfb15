"""Whose accounts need a second factor (GB/T 22239-2019 8.1.4.1 d: two ways of telling who it is)."""

from __future__ import annotations

from collections.abc import Iterable

from lingqu.centre.access.definitions import Grant
from lingqu.centre.access.policy import Policy, policy


def needs_second_factor(roles: Iterable[str]) -> bool:
    """Whether an account of these roles must not act before it has a second factor: they administer, apply, issue,
    register sources, show personal data unmasked or export it."""
    now = policy()
    return any(_weighty(now, grant) for code in roles if code in now.roles for grant in now.roles[code].grants)


def _weighty(now: Policy, grant: Grant) -> bool:
    """It administers, applies, issues or registers sources, shows personal data as it is, or takes it out in lists."""
    actions = set(grant.actions)
    if {"administer", "apply", "issue", "register"} & actions or grant.unmasked:
        return True
    return "export" in actions and bool("*" in grant.types or set(grant.types) & set(now.personal))
