"""What a subscriber to registrations is told (CIM 009 5.3.2, 5.11.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.protocols.models import Source, Subscription
from lingqu.protocols.ngsi_ld import params, subscription_form
from lingqu.protocols.ngsi_ld.sources import found, said, seeing
from lingqu.protocols.ngsi_ld.terms import CORE, terms

KIND = "ContextSourceNotification"


def asked(row: Subscription) -> found.Asked:
    """A subscription as a query for sources."""
    document, used = row.document, terms(row.context)
    wanted = tuple(
        found.Wanted(
            tuple(frozenset(kind) for kind in params.types(each.get("type", ""), CORE)),
            tuple([each["id"]] if isinstance(each.get("id"), str) else each.get("id", ())),
            each.get("idPattern", ""),
        )
        for each in document.get("entities", ())
    )
    csf = (door.renamed_q(document["csf"], lambda n: found.named(n, used)),) if "csf" in document else ()
    when, interval = found.when(document.get("temporalQ", {}))
    return found.Asked(
        wanted or (found.Wanted(),),
        frozenset(document.get("watchedAttributes", ())),
        csf,
        document.get("scopeQ", ""),
        subscription_form.geo_query(document["geoQ"]) if "geoQ" in document else None,
        when,
        interval,
    )


def kept(row: Source, information: Sequence[Any]) -> dict[str, Any]:
    """A registration as it is told, which may be after its end; of its information what answers."""
    return {**row.document, "id": row.pk, "information": list(information), "_account": row.account}


def data(row: Subscription, changes: Sequence[Any], actor: Actor) -> tuple[str, list[dict[str, Any]]]:
    """(why, registrations), as far as the subscriber may know of them now; without changes, of all that matches."""
    if changes:
        reason, documents = changes[0]
    else:
        reason, documents = "newlyMatching", [kept(*pair) for pair in found.matching(asked(row))]
    used = terms(row.document.get("jsonldContext") or row.context)
    sources = [Source(id=d["id"], account=d["_account"], document=_bare(d)) for d in documents]
    return reason, [said.document(source, used) for source in sources if seeing.may(actor, source)]


def _bare(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "_account"}
