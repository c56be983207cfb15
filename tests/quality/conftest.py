"""A department whose one resource holds an item of every type."""

from __future__ import annotations

import io

import pytest

TITLE = {"zh": "试验", "en": "Trial"}
ELEMENTS = [
    {"code": "name", "title": {"zh": "姓名", "en": "Name"}, "type": "string", "max_length": 6, "min_length": 2},
    {"code": "citizen_id", "title": TITLE, "type": "identifier", "identifier": "citizen_id"},
    {"code": "sex", "title": TITLE, "type": "code", "code_list": "sex"},
    {"code": "birth_date", "title": TITLE, "type": "date", "earliest": "1900-01-01", "latest": "today"},
    {"code": "floors", "title": TITLE, "type": "integer", "minimum": 0, "maximum": 200},
    {"code": "area", "title": TITLE, "type": "number"},
    {"code": "rural", "title": TITLE, "type": "boolean"},
    {"code": "at", "title": TITLE, "type": "datetime"},
    {"code": "place", "title": TITLE, "type": "geometry"},
    {"code": "plate", "title": TITLE, "type": "string", "pattern": "^黑[A-Z]"},
    {"code": "extra", "title": TITLE, "type": "json"},
    {"code": "kind", "title": TITLE, "type": "code", "code_list": "kind"},
]
LISTS = [
    {
        "code": "sex",
        "title": {"zh": "性别代码", "en": "Sex"},
        "items": [
            {"code": "1", "title": {"zh": "男性", "en": "Male"}, "aliases": ["男", "M"]},
            {"code": "2", "title": {"zh": "女性", "en": "Female"}, "aliases": ["女", "F"]},
        ],
    },
    {
        "code": "kind",
        "title": TITLE,
        "open": True,
        "items": [{"code": "a", "title": {"zh": "甲", "en": "A"}}, {"code": "b", "title": "乙", "until": "2000-01-01"}],
    },
]


def put(kind: str, *documents: dict) -> None:
    from lingqu.centre.drawing import door as drawing  # once Django is set up

    placed = [drawing.Placed(kind, d["code"], d, "test.yaml", "city") for d in documents]
    drawing.replace(placed, [], actor="t", summary={})


class Town:
    """Puts resources, sources and rules, delivers text, checks it, and reads what came of it."""

    def resource(self, *items, code="police.people", required=(), key=(), **extra):
        listed = [{"code": i, "element": extra.get("elements", {}).get(i, i), "required": i in required} for i in items]
        extra.pop("elements", None)
        document = {
            "code": code,
            "title": TITLE,
            "resource_code": "301001/1",
            "classification": ["部门"],
            "department": "police",
            "abstract": TITLE,
            "format": "spreadsheet",
            "published": "2026-01-01",
            "items": listed,
            "key": list(key),
        }
        put("resource", document | extra)

    def source(self, mapping, code="police.people", resource="police.people", **extra):
        made = {item: {"column": m} if isinstance(m, str) else m for item, m in mapping.items()}
        config = extra.pop("config", {})
        document = {"code": code, "title": TITLE, "resource": resource, "connector": "upload", "mapping": made}
        put("source", document | {"config": config} | extra)

    def rules(self, *rules, resource="police.people", **extra):
        listed = [{"title": {"zh": r["code"], "en": r["code"]}} | r for r in rules]
        put("rule_set", {"code": resource, "title": TITLE, "resource": resource, "rules": listed} | extra)

    def check(self, text, source="police.people", name="x.csv"):
        from lingqu.centre.access.door import SYSTEM
        from lingqu.centre.exchange import door as exchange
        from lingqu.centre.quality import door as quality

        data = text.encode() if isinstance(text, str) else text
        return quality.check(exchange.receive(SYSTEM, source, name, io.BytesIO(data)).id)

    def clean(self, delivery, *columns):
        import duckdb

        from lingqu.centre.exchange import door as exchange

        file = exchange.lake().clean(delivery.resource, delivery.id)
        wanted = ", ".join(f'"{c}"' for c in columns) or "*"
        with duckdb.connect() as connection:
            rows = connection.execute(f"SELECT {wanted} FROM read_parquet('{file}') ORDER BY _row").fetchall()
        return [row[0] for row in rows] if len(columns) == 1 else rows

    def times(self, delivery, column):
        import pyarrow.parquet as pq

        from lingqu.centre.exchange import door as exchange

        return pq.read_table(exchange.lake().clean(delivery.resource, delivery.id)).column(column).to_pylist()

    def broken(self, delivery):
        """(row, item, rule) of every issue."""
        from lingqu.centre.quality import door as quality

        return [(i.row, i.item, i.rule) for i in quality.issues(delivery.id, limit=1000)]


@pytest.fixture
def town(db, settings, tmp_path):
    settings.LINGQU_LAKE = tmp_path / "lake"
    put("department", {"code": "police", "title": TITLE})
    put("data_element", *ELEMENTS)
    put("code_list", *LISTS)
    return Town()
