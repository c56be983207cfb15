"""From plain data to a definition, or to faults with lines."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lingqu.blueprint.lines import KeyPath, Page
from lingqu.blueprint.nearest import suggest
from lingqu.kernel.definition import Definition
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

_ZH = {
    "missing": "缺少必填的键",
    "string_type": "应为文字（数字和代码请加引号）",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "float_type": "应为数值",
    "float_parsing": "应为数值",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "tuple_type": "应为列表",
    "list_type": "应为列表",
    "dict_type": "应为键值映射",
    "model_type": "应为键值映射",
    "model_attributes_type": "应为键值映射",
    "string_pattern_mismatch": "格式不符",
    "too_short": "项数过少",
    "too_long": "项数过多",
}


def validate(of: type[Definition], data: Any, page: Page, base: KeyPath, shown: str) -> Definition | list[Fault]:
    """The definition that ``data`` says, or every fault in it."""
    try:
        return of.model_validate(data)
    except ValidationError as error:
        return [_fault(of, data, detail, page, base, shown) for detail in error.errors()]


def _fault(of: type[BaseModel], data: Any, detail: ErrorDetails, page: Page, base: KeyPath, shown: str) -> Fault:
    path = tuple(_written(data, detail["loc"]))
    rule, message, step = _words(of, detail, path)
    return Fault(
        rule,
        message,
        file=shown,
        line=page.line((*base, *path)),
        column=".".join(str(part) for part in detail["loc"]),
        next_step=step,
    )


def _words(of: type[BaseModel], detail: ErrorDetails, path: KeyPath) -> tuple[str, Text, Text]:
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        choices = set(_names(_model_at(of, path[:-1])))
        shape = "、".join(sorted(choices))
        return (
            "blueprint.unknown_key",
            Text(zh=f"不认识的键“{key}”", en=f"Unknown key {key!r}"),
            suggest(key, choices, Text(zh=f"可用的键：{shape}", en=f"Keys here: {', '.join(sorted(choices))}")),
        )
    if detail["type"] == "missing":
        return (
            "blueprint.missing_key",
            Text(zh=f"缺少必填的键“{key}”", en=f"The key {key!r} is missing"),
            Text(zh=f"补上“{key}”", en=f"Add {key!r} here"),
        )
    if detail["type"] == "literal_error":
        expected = str(detail.get("ctx", {}).get("expected", ""))
        words = [part.strip("' ") for part in expected.replace(" or ", ",").split(",")]
        return (
            "blueprint.wrong_value",
            Text(zh=f"“{detail['input']}”不在可选值中", en=f"{detail['input']!r} is not one of the allowed values"),
            suggest(str(detail["input"]), words, Text(zh=f"可选：{expected}", en=f"Choose one of {expected}")),
        )
    said = detail["msg"].removeprefix("Value error, ")
    rule = "blueprint.wrong_type" if detail["type"].endswith(("_type", "_parsing")) else "blueprint.wrong_value"
    zh = _ZH.get(detail["type"], said)
    return (
        rule,
        Text(zh=f"“{key}”：{zh}" if key else zh, en=f"{key}: {said}" if key else said),
        Text(zh=f"现值为 {_short(detail['input'])}，请改正", en=f"It says {_short(detail['input'])}; correct it"),
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _written(data: Any, loc: Iterable[str | int]) -> Iterator[str | int]:
    """The part of pydantic's location that is really in the data (it also names union members)."""
    for part in loc:
        if _has(data, part):
            data = data[part]
            yield part
        elif isinstance(data, Mapping | list):
            return


def _has(data: Any, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, Mapping) and part in data


def _names(model: type[BaseModel] | None) -> Iterator[str]:
    for name, field in (model.model_fields if model else {}).items():
        yield field.alias or name


def _model_at(of: type[BaseModel] | None, path: KeyPath) -> type[BaseModel] | None:
    """The model that stands at a path of keys, to name the keys it has."""
    annotation: Any = of
    for part in path:
        model = _model_in(annotation)
        if isinstance(part, str) and model is not None and _is_direct(annotation):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            if part not in fields:
                return None
            annotation = fields[part].annotation
        else:
            annotation = model
    return _model_in(annotation)


def _is_direct(annotation: Any) -> bool:
    """Whether a key goes into the model itself, not into a mapping or list of models."""
    if get_origin(annotation) in (Union, types.UnionType):
        return any(_is_direct(each) for each in get_args(annotation))
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, (_model_in(each) for each in get_args(annotation))), None)
