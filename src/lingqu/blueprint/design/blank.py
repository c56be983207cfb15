"""What a new procedure or form begins as: empty, or from an office's table or document."""

from __future__ import annotations

import csv
import re
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from lingqu.blueprint.drafts import standing
from lingqu.blueprint.lines import parse
from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers import door as papers
from lingqu.centre.papers.door import FormRules
from lingqu.centre.procedures.door import Procedure, designing
from lingqu.kernel.definition import Definition
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

LARGEST = 2_000_000
"""Bytes of a file a form is made from."""

_MOST_UNPACKED, _MOST_FIELDS = 30_000_000, 1_000
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_UNREADABLE = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, SyntaxError, csv.Error, zipfile.BadZipFile,
)  # fmt: skip
"""What readers of tables and XML raise for what is none."""

_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="definitions" targetNamespace="urn:lingqu">
  <process id="process" isExecutable="true">
    <startEvent id="start" name="提出申请" />
    <userTask id="accept" name="受理" />
    <endEvent id="done" name="办结" />
    <sequenceFlow id="f1" sourceRef="start" targetRef="accept" />
    <sequenceFlow id="f2" sourceRef="accept" targetRef="done" />
  </process>
</definitions>
"""


_ASKED = ("code", "zh", "en", "department", "terms", "office")
_FIRST = {"seq": 1, "title": {"zh": "名称", "en": "Name"}, "type": "C100"}


def offices() -> dict[str, Text]:
    """Offices that the rules of forms know, by code."""
    return {code: title for rules in drawing.every(FormRules).values() for code, title in rules.offices.items()}


def document(kind: str, given: Mapping[str, Any], file: UploadedFile | None) -> dict[str, Any]:
    """Raises Invalid with what is wrong with it."""
    said = {
        key: str(given.get(key) or "").strip()[:200] for key in ("code", "zh", "en", "department", "terms", "office")
    }
    title = {"zh": said["zh"], "en": said["en"] or said["zh"]}
    base: dict[str, Any] = {"code": said["code"], "title": title}
    if kind == Procedure.kind:
        made = base | {
            "department": said["department"],
            "tasks": {"accept": {"department": said["department"], "days": 1}},
            "diagram": designing.drawn(_DIAGRAM),
        }
    else:
        fields = (
            _fields(file, said["terms"])
            if file
            else [{"seq": 1, "title": {"zh": "名称", "en": "Name"}, "type": "C100"}]
        )
        made = base | {"terms": said["terms"], "office": said["office"], "fields": fields}
    if not title["zh"]:
        raise _wrong("请填写名称", "Give it a name", [])
    read = standing.read(kind, made)
    if not isinstance(read, Definition):
        raise _wrong("有内容不符合规则", "Some of it breaks a rule", read)
    return read.document()


def _fields(file: UploadedFile, terms: str) -> list[Any]:
    """The fields of the first form of a file: YAML, XLSX or CSV with a row for each field, DOCX with tables."""
    if (file.size or 0) > LARGEST:
        raise _wrong(f"文件超过 {LARGEST // 1_000_000} MB", f"The file has more than {LARGEST // 1_000_000} MB", [])
    ending = Path(file.name or "").suffix.lower()
    if ending in (".yaml", ".yml"):
        return _of_yaml(file.read())
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / f"form{ending}"
        kept.write_bytes(file.read())
        try:
            _require_plain(kept)
            forms, _words = papers.forms_of_rows(papers.rows_of(kept), terms)
        except _UNREADABLE as error:
            raise _wrong("读不出这个文件", "This file cannot be read", []) from error
    return _bounded(list(forms[0]["fields"]) if forms else [])


def _require_plain(file: Path) -> None:
    """A packed file (XLSX, DOCX) that would not grow, and whose parts declare no document types."""
    if file.suffix == ".csv" or not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as packed:
        parts = packed.infolist()
        if len(parts) > 500 or sum(part.file_size for part in parts) > _MOST_UNPACKED:
            raise _wrong("文件解开后过大", "Unpacked, the file is too large", [])
        for part in parts:
            if part.filename.endswith((".xml", ".rels")) and _DECLARED.search(packed.read(part)):
                raise _wrong("含有文档类型声明", "It has a document type declaration", [])


def _bounded(fields: list[Any]) -> list[Any]:
    if len(fields) > _MOST_FIELDS:
        raise _wrong(f"栏目超过 {_MOST_FIELDS} 个", f"It has more than {_MOST_FIELDS} fields", [])
    return fields


def _of_yaml(data: bytes) -> list[Any]:
    try:
        page = parse(data.decode("utf-8-sig"), "form.yaml")
    except UnicodeDecodeError as error:
        raise _wrong("不是 UTF-8 编码的 YAML", "This is no YAML in UTF-8", []) from error
    content = page.content[0] if isinstance(page.content, list) and page.content else page.content
    if page.faults or not isinstance(content, dict) or not isinstance(content.get("fields"), list):
        raise _wrong("YAML 中没有 fields", "The YAML has no fields", page.faults)
    return _bounded(list(content["fields"]))


def _wrong(zh: str, en: str, faults: Any) -> Invalid:
    return Invalid(
        "blueprint.new",
        Text(zh=zh, en=en),
        next_step=Text(zh="改正后再试", en="Correct it and try again"),
        faults=list(faults)[:10],
    )
