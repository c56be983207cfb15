"""For developers: every operation of the interfaces, tried from the page itself, and how a system is connected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.protocols.api import openapi
from lingqu.protocols.ngsi_ld import described

INTERFACES: dict[str, tuple[Any, str, str, Any]] = {
    "ngsi-ld": (gettext_lazy("Entities: ETSI NGSI-LD"), "/ngsi-ld/v1", "/ngsi-ld/v1/openapi.json", described.document),
    "api": (gettext_lazy("Agreements, verifying, consents"), "/api", "/api/openapi.json", openapi.document),
}
BODIES: dict[str, Any] = {
    "Entity": {"id": "urn:ngsi-ld:Example:1", "type": "Example", "name": {"type": "Property", "value": "…"}},
    "Entities": [{"id": "urn:ngsi-ld:Example:1", "type": "Example", "name": {"type": "Property", "value": "…"}}],
    "Fragment": {"name": {"type": "Property", "value": "…"}},
    "Ids": ["urn:ngsi-ld:Example:1"],
    "Query": {"type": "Query", "entities": [{"type": "Example"}]},
    "Subscription": {
        "type": "Subscription",
        "entities": [{"type": "Example"}],
        "notification": {"endpoint": {"uri": "https://example.org/told"}},
    },
    "Registration": {
        "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": "Example"}]}],
        "endpoint": "https://district.example.org",
    },
    "Context": {"@context": {"name": "https://schema.org/name"}},
    "Snapshot": {"type": "Snapshot", "snapshotQueries": [{"type": "Query", "entities": [{"type": "Example"}]}]},
}


FEW = 8
"""Parameters that are shown all at once."""
USUAL = frozenset({"id", "type", "q", "attrs", "limit", "format", "timerel", "timeAt", "endTimeAt", "lastN"})


@dataclass(frozen=True)
class Operation:
    """One method at one address, as the page shows it."""

    key: str
    method: str
    address: str
    words: str
    path: list[dict[str, Any]]
    usual: list[dict[str, Any]]
    more: list[dict[str, Any]]
    body: str
    group: str


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("interface", "ngsi-ld")
    if chosen not in INTERFACES:
        raise Http404(chosen)
    title, base, document, of = INTERFACES[chosen]
    made = list(_operations(of(), base))
    asked = request.GET.get("operation", "")
    operation = next((each for each in made if each.key == asked), made[0])
    groups: dict[str, list[Operation]] = {}
    for each in made:
        groups.setdefault(each.group, []).append(each)
    context = {
        "crumbs": [(_("For developers"), "")],
        "interfaces": [(code, words, code == chosen) for code, (words, *_rest) in INTERFACES.items()],
        "chosen": chosen,
        "title": title,
        "document": document,
        "groups": groups,
        "operation": operation,
        "types": [t.code for t in entities.entity_types().values() if t.public],
        "actor": access.actor_of(request),
    }
    return render(request, "protocols/portal.html", context)


def _operations(document: dict[str, Any], base: str) -> Iterator[Operation]:
    for address, methods in document["paths"].items():
        for method, told in methods.items():
            known = [
                {**p, "parts": _parts(p.get("description", ""))} for p in told["parameters"] if p.get("style") != "form"
            ]
            asked = [p for p in known if p["in"] == "query"]
            few = len(asked) <= FEW
            yield Operation(
                f"{method} {address}",
                method.upper(),
                base + address,
                told["summary"],
                [p for p in known if p["in"] == "path"],
                [p for p in asked if few or p["name"] in USUAL],
                [p for p in asked if not few and p["name"] not in USUAL] + [p for p in known if p["in"] == "header"],
                _body(told),
                address.split("/")[1],
            )


def _parts(text: str) -> list[tuple[str, bool]]:
    """What stands between backticks is code."""
    return [(part, bool(n % 2)) for n, part in enumerate(text.split("`")) if part]


def _body(told: dict[str, Any]) -> str:
    if "requestBody" not in told:
        return ""
    schema = next(iter(told["requestBody"]["content"].values()))["schema"].get("$ref", "")
    example = BODIES.get(schema.rpartition("/")[2], {})
    return orjson.dumps(example, option=orjson.OPT_INDENT_2).decode()


@require_safe
def connect(request: HttpRequest) -> HttpResponse:
    """A system connected in ten minutes, with commands for this very address."""
    crumbs = [(_("For developers"), reverse("developers:portal")), (_("Connect a system"), "")]
    public = [t.code for t in entities.entity_types().values() if t.public]
    context = {
        "crumbs": crumbs,
        "site": f"{request.scheme}://{request.get_host()}",
        "type": public[0] if public else "Example",
        "actor": access.actor_of(request),
    }
    return render(request, "protocols/connect.html", context)
