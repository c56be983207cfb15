"""The agreements that data goes out under, as the catalogue has them."""

from __future__ import annotations

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.catalogue.door import Agreement
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text


def living() -> list[Agreement]:
    return catalogue.living_agreements()


def one(number: str) -> Agreement:
    """Living or ended. Raises ``NotFound``."""
    found = catalogue.agreement_by_number(number)
    if found is None:
        raise NotFound(
            "outgoing.agreement",
            Text(zh=f"没有协议 {number}", en=f"There is no agreement {number}"),
            place=number,
            next_step=Text(zh="在协议列表中查找", en="Look it up in the list of agreements"),
        )
    return found


__all__ = ["Agreement", "living", "one"]
