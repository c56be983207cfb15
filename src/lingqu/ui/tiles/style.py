"""The map's style (MapLibre style spec 8), made from what the entity types say of themselves.

The base is quiet: public areas and lines in greys. What the page is about (``focus``) has its own colour.
There is no ``glyphs``: MapLibre draws every letter with the reader's own fonts, nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lingqu.centre.entities.definitions import EntityType
from lingqu.ui.tiles.build import lowest_zoom

_DAY = {
    "ground": "#F2F4F5",
    "fill": "#E4E8EB",
    "edge": "#C3CCD3",
    "line": "#FFFFFF",
    "ink": "#3D4B57",
    "halo": "#FFFFFF",
}
_NIGHT = {
    "ground": "#0C161E",
    "fill": "#16242F",
    "edge": "#2D3F4E",
    "line": "#24343F",
    "ink": "#A9B8C4",
    "halo": "#0C161E",
}
_FONT = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
_POINT = ["==", ["geometry-type"], "Point"]
_AREA = ["==", ["geometry-type"], "Polygon"]
_CLUSTER = ["has", "count"]
_SINGLE = ["all", _POINT, ["!", _CLUSTER]]

Layer = dict[str, Any]


def style(
    types: Iterable[EntityType], focus: Iterable[str], *, night: bool, version: Callable[[str], str]
) -> dict[str, Any]:
    """``focus`` are the codes of the types in front; ``version`` of a type goes into the addresses of its tiles."""
    colours, wanted = (_NIGHT if night else _DAY), set(focus)
    mapped = [t for t in types if t.geometry and t.map and t.public]
    base = [t for t in mapped if _form(t) in ("fill", "line") and t.code not in wanted]
    front = [t for t in mapped if t.code in wanted]
    base.sort(key=lambda t: (_form(t) == "line", t.map.min_zoom if t.map else 0))
    layers: list[Layer] = [{"id": "ground", "type": "background", "paint": {"background-color": colours["ground"]}}]
    for kind in base:
        layers += _base(kind, colours)
    labels = [layer for kind in base for layer in _label(kind, colours)]
    for kind in front:
        layers += _front(kind)
    layers += labels + [layer for kind in front for layer in _front_label(kind, colours)]
    return {
        "version": 8,
        "name": "lingqu",
        "sources": {t.code: _source(t, version(t.code)) for t in [*base, *front]},
        "layers": layers,
    }


def _form(kind: EntityType) -> str:
    return (kind.map.layer if kind.map else None) or "circle"


def _source(kind: EntityType, version: str) -> dict[str, Any]:
    return {
        "type": "vector",
        "tiles": [f"/tiles/{kind.code}/{{z}}/{{x}}/{{y}}.mvt?v={version}"],
        "minzoom": lowest_zoom(kind),
        "maxzoom": 16,
        "promoteId": "id",
    }


def _layer(kind: EntityType, part: str, form: str, **rest: Any) -> Layer:
    return {"id": f"{kind.code}-{part}", "type": form, "source": kind.code, "source-layer": kind.code, **rest}


def _base(kind: EntityType, colours: dict[str, str]) -> list[Layer]:
    if _form(kind) == "line":
        width = ["interpolate", ["exponential", 1.5], ["zoom"], 10, 0.4, 13, 1.4, 16, 5, 18, 12]
        casing = ["interpolate", ["exponential", 1.5], ["zoom"], 10, 0.8, 13, 2.4, 16, 6.5, 18, 14]
        round_ends = {"line-cap": "round", "line-join": "round"}
        return [
            _layer(
                kind, "case", "line", layout=round_ends, paint={"line-color": colours["edge"], "line-width": casing}
            ),
            _layer(kind, "line", "line", layout=round_ends, paint={"line-color": colours["line"], "line-width": width}),
        ]
    if kind.map and kind.map.min_zoom < 10:
        outline = {"line-color": colours["edge"], "line-width": 1.2, "line-dasharray": [3, 2]}
        return [_layer(kind, "edge", "line", filter=_AREA, paint=outline)]
    return [
        _layer(
            kind,
            "fill",
            "fill",
            filter=_AREA,
            paint={"fill-color": colours["fill"], "fill-outline-color": colours["edge"]},
        ),
    ]


def _label(kind: EntityType, colours: dict[str, str]) -> list[Layer]:
    """Names of the base: roads along their line, large areas at all scales, small ones from near only."""
    paint = _words(colours)
    if _form(kind) == "line":
        layout = _text(12) | {"symbol-placement": "line", "symbol-spacing": 320}
        low = max((kind.map.min_zoom if kind.map else 12) + 2, 13)
        return [_layer(kind, "label", "symbol", minzoom=low, layout=layout, paint=paint)]
    large = bool(kind.map and kind.map.min_zoom < 10)
    layout = _text(13 if large else 11) | {"symbol-sort-key": ["-", 0, ["get", "size"]]}
    return [_named(kind, "label", layout, paint, 0 if large else 16)]


def _front(kind: EntityType) -> list[Layer]:
    colour = kind.map.colour if kind.map else "#0B5CAD"
    if _form(kind) == "fill":
        return [
            _layer(kind, "front", "fill", filter=_AREA, paint={"fill-color": colour, "fill-opacity": 0.16}),
            _layer(kind, "edge", "line", filter=_AREA, paint={"line-color": colour, "line-width": 1.4}),
            *_points(kind, colour),
        ]
    if _form(kind) == "line":
        width = ["interpolate", ["linear"], ["zoom"], 10, 1, 14, 2.4, 17, 5]
        return [_layer(kind, "front", "line", paint={"line-color": colour, "line-width": width})]
    return _points(kind, colour)


def _points(kind: EntityType, colour: str) -> list[Layer]:
    """Single points and clusters: an area may have come as a point only."""
    ring = {"circle-color": colour, "circle-stroke-color": "#FFFFFF", "circle-stroke-width": 1.5}
    size = ["interpolate", ["linear"], ["get", "count"], 2, 11, 50, 17, 1000, 26]
    return [
        _layer(kind, "point-front", "circle", filter=_SINGLE, paint={"circle-radius": 6, **ring}),
        _layer(kind, "cluster", "circle", filter=_CLUSTER, paint={"circle-radius": size, **ring}),
    ]


def _front_label(kind: EntityType, colours: dict[str, str]) -> list[Layer]:
    if _form(kind) == "line":
        layout = _text(13) | {"symbol-placement": "line"}
        return [_layer(kind, "front-label", "symbol", minzoom=12, layout=layout, paint=_words(colours))]
    beside = _text(13) | {"text-anchor": "top", "text-offset": [0, 0.8], "text-optional": True}
    inside = _text(12) | {"text-field": ["to-string", ["get", "count"]], "text-allow-overlap": True}
    labels = [
        _layer(kind, "point-label", "symbol", minzoom=14, filter=_SINGLE, layout=beside, paint=_words(colours)),
        _layer(kind, "cluster-label", "symbol", filter=_CLUSTER, layout=inside, paint={"text-color": "#FFFFFF"}),
    ]
    return labels + ([_named(kind, "front-label", _text(13), _words(colours))] if _form(kind) == "fill" else [])


def _text(size: int) -> dict[str, Any]:
    return {"text-field": ["get", "label"], "text-font": _FONT, "text-size": size}


def _words(colours: dict[str, str]) -> dict[str, Any]:
    return {"text-color": colours["ink"], "text-halo-color": colours["halo"], "text-halo-width": 1.6}


def _named(kind: EntityType, part: str, layout: dict[str, Any], paint: dict[str, Any], low: int = 0) -> Layer:
    """The layer of names that each area has in one tile only."""
    told = _layer(kind, part, "symbol", minzoom=low, layout=layout, paint=paint)
    return told | {"source-layer": f"{kind.code}-name"}
