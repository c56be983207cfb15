"""The map's style (MapLibre style spec 8), made from what the entity types say of themselves.

The base is quiet: public areas and lines in greys. What the page is about (``focus``) has its own colour.
There is no ``glyphs``: MapLibre draws every letter with the reader's own fonts, nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lingqu.centre.entities.definitions import EntityType

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
_CLUSTERED = ["has", "count"]

Layer = dict[str, Any]


def style(
    types: Iterable[EntityType], focus: Iterable[str], *, night: bool = False, version: str = ""
) -> dict[str, Any]:
    """``focus`` are the codes of the types in front; ``version`` goes into the addresses of the tiles."""
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
        "sources": {t.code: _source(t, version) for t in [*base, *front]},
        "layers": layers,
    }


def _form(kind: EntityType) -> str:
    return (kind.map.layer if kind.map else None) or "circle"


def _source(kind: EntityType, version: str) -> dict[str, Any]:
    from lingqu.ui.tiles.build import lowest_zoom

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
        return [_layer(kind, "edge", "line", paint=outline)]
    return [
        _layer(kind, "fill", "fill", paint={"fill-color": colours["fill"], "fill-outline-color": colours["edge"]}),
    ]


def _label(kind: EntityType, colours: dict[str, str]) -> list[Layer]:
    low = kind.map.min_zoom if kind.map else 12
    layout: dict[str, Any] = {"text-field": ["get", "label"], "text-font": _FONT, "text-size": 12}
    if _form(kind) == "line":
        layout |= {"symbol-placement": "line", "symbol-spacing": 320}
        low = max(low + 2, 13)
    elif low >= 10:
        low = max(low, 17)
    else:
        layout |= {"text-size": 13, "text-letter-spacing": 0.05}
    paint = {"text-color": colours["ink"], "text-halo-color": colours["halo"], "text-halo-width": 1.4}
    return [_layer(kind, "label", "symbol", minzoom=low, layout=layout, paint=paint)]


def _front(kind: EntityType) -> list[Layer]:
    colour = kind.map.colour if kind.map else "#0B5CAD"
    if _form(kind) == "fill":
        return [
            _layer(kind, "front", "fill", paint={"fill-color": colour, "fill-opacity": 0.16}),
            _layer(kind, "front-edge", "line", paint={"line-color": colour, "line-width": 1.4}),
        ]
    if _form(kind) == "line":
        width = ["interpolate", ["linear"], ["zoom"], 10, 1, 14, 2.4, 17, 5]
        return [_layer(kind, "front", "line", paint={"line-color": colour, "line-width": width})]
    ring = {"circle-stroke-color": "#FFFFFF", "circle-stroke-width": 1.5}
    size = ["interpolate", ["linear"], ["get", "count"], 2, 11, 50, 17, 1000, 26]
    return [
        _layer(
            kind,
            "front",
            "circle",
            filter=["!", _CLUSTERED],
            paint={"circle-color": colour, "circle-radius": 6, **ring},
        ),
        _layer(
            kind, "cluster", "circle", filter=_CLUSTERED, paint={"circle-color": colour, "circle-radius": size, **ring}
        ),
    ]


def _front_label(kind: EntityType, colours: dict[str, str]) -> list[Layer]:
    words = {"text-color": colours["ink"], "text-halo-color": colours["halo"], "text-halo-width": 1.6}
    layout: dict[str, Any] = {"text-field": ["get", "label"], "text-font": _FONT, "text-size": 13}
    if _form(kind) == "line":
        return [
            _layer(kind, "front-label", "symbol", minzoom=12, layout=layout | {"symbol-placement": "line"}, paint=words)
        ]
    if _form(kind) == "fill":
        return [_layer(kind, "front-label", "symbol", layout=layout, paint=words)]
    beside = layout | {"text-anchor": "top", "text-offset": [0, 0.8], "text-optional": True}
    inside = layout | {"text-field": ["to-string", ["get", "count"]], "text-allow-overlap": True, "text-size": 12}
    return [
        _layer(kind, "front-label", "symbol", minzoom=14, filter=["!", _CLUSTERED], layout=beside, paint=words),
        _layer(kind, "cluster-label", "symbol", filter=_CLUSTERED, layout=inside, paint={"text-color": "#FFFFFF"}),
    ]
