"""Public services in the terms of the Core Public Service Vocabulary (CPSV-AP 3.2.0, SEMIC), as JSON-LD.

Durations are xsd:duration as the vocabulary asks; the days in them are working days of the city.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.guides import door as guides
from lingqu.kernel.text import Text

CONTEXT = {
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_YUAN = "http://publications.europa.eu/resource/authority/currency/CNY"
_LANGUAGES = [
    {"@id": f"http://publications.europa.eu/resource/authority/language/{code}", "@type": "dct:LinguisticSystem"}
    for code in ("ZHO", "ENG")
]
_KINDS = {"events": "cv:LifeEvent", "stages": "cv:BusinessEvent"}


def document(services: Iterable[guides.Service]) -> dict[str, Any]:
    """Services with the departments and events that they name, each once."""
    services = list(services)
    graph = [_service(service) for service in services]
    graph += [_authority(code) for code in sorted({service.department for service in services})]
    for name, kind in _KINDS.items():
        graph += _events(name, kind, services)
    return {"@context": CONTEXT, "@graph": graph}


def _iri(path: str) -> str:
    return settings.LINGQU_ADDRESS.rstrip("/") + path


def _guide(code: str) -> str:
    return _iri(f"/services/guides/{code}/")


def _said(text: Text) -> list[dict[str, str]]:
    return [{"@language": "zh-Hans", "@value": text.zh}, {"@language": "en", "@value": text.en}]


def _service(of: guides.Service) -> dict[str, Any]:
    iri, promised = _guide(of.code), guides.promised(of)
    made: dict[str, Any] = {
        "@id": iri,
        "@type": "cpsv:PublicService",
        "dct:identifier": of.code,
        "dct:title": _said(of.title),
        "dct:description": _said(of.description),
        "dct:language": _LANGUAGES,
        "dcat:keyword": [{"@language": "zh-Hans" if word[0] > "\u02ff" else "en", "@value": word} for word in of.words],
        "cv:hasCompetentAuthority": {"@id": _department(of.department)},
        "cpsv:hasInput": _numbered(iri, "input", "cv:Evidence", [m.title for m in of.materials]),
        "cpsv:produces": _numbered(iri, "output", "cv:Output", [r.title for r in of.results]),
        "cv:hasCost": [_cost(iri, number, cost) for number, cost in enumerate(of.costs, 1)],
        "cv:hasChannel": [_channel(iri, number, each) for number, each in enumerate(of.counters, 1)],
        "cv:hasLegalResource": [
            {"@id": f"{iri}#law-{number}", "@type": "eli:LegalResource", "dct:title": _said(law.title)}
            for number, law in enumerate(of.laws, 1)
        ],
        "cv:isGroupedBy": [{"@id": _event(name, code)} for name in _KINDS for code in getattr(of, name)],
    }
    if promised is not None:
        made["cv:processingTime"] = {"@type": "xsd:duration", "@value": f"P{promised}D"}
    return {key: value for key, value in made.items() if value != []}


def _numbered(iri: str, name: str, kind: str, titles: Iterable[Text]) -> list[dict[str, Any]]:
    return [
        {
            "@id": f"{iri}#{name}-{number}",
            "@type": kind,
            "dct:identifier": f"{name}-{number}",
            "dct:title": _said(title),
        }
        for number, title in enumerate(titles, 1)
    ]


def _cost(iri: str, number: int, cost: guides.Cost) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@id": f"{iri}#cost-{number}",
        "@type": "cv:Cost",
        "dct:identifier": f"cost-{number}",
        "dct:description": _said(cost.title),
        "cv:currency": {"@id": _YUAN, "@type": "skos:Concept"},
    }
    if cost.yuan is not None:
        made["cv:hasValue"] = {"@type": "xsd:double", "@value": str(cost.yuan)}
    return made


def _channel(iri: str, number: int, counter: guides.Counter) -> dict[str, Any]:
    return {
        "@id": f"{iri}#counter-{number}",
        "@type": "cv:Channel",
        "dct:identifier": f"counter-{number}",
        "dct:description": _said(
            Text(
                zh=f"{counter.title.zh}，{counter.address.zh}",
                en=f"{counter.title.en}, {counter.address.en}",
            )
        ),
    }


def _department(code: str) -> str:
    return _iri(f"/services/?department={code}")


def _authority(code: str) -> dict[str, Any]:
    department, city = catalogue.departments().get(code), drawing.city()
    made: dict[str, Any] = {"@id": _department(code), "@type": "cv:PublicOrganisation", "dct:identifier": code}
    made["skos:prefLabel"] = _said(department.title if department else Text(zh=code, en=code))
    if city is not None and city.division:
        made["dct:spatial"] = {"@id": f"urn:x-gbt2260:{city.division}", "@type": "dct:Location"}
    return made


def _event(name: str, code: str) -> str:
    return _iri(f"/services/?{name.removesuffix('s')}={code}")


def _events(name: str, kind: str, services: Iterable[guides.Service]) -> list[dict[str, Any]]:
    code_list = catalogue.code_lists().get(guides.GROUPS[name])
    made = []
    for item in code_list.items if code_list else ():
        related = [{"@id": _guide(s.code)} for s in services if item.code in getattr(s, name)]
        if related:
            event = {"@id": _event(name, item.code), "@type": ["cv:Event", kind], "dct:identifier": item.code}
            made.append({**event, "dct:title": _said(item.title), "cv:hasRelatedService": related})
    return made
