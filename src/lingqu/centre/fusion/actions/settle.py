"""Disputes as the last run found them: a dispute that stays keeps its day, one that is gone is settled."""

from __future__ import annotations

from django.db import connection

from lingqu.centre.fusion.workbench import Workbench

_ARRIVED = """
CREATE TEMPORARY TABLE fusion_found (entity_id text, label text, attribute text, held jsonb, held_by text, others jsonb)
ON COMMIT DROP"""

_MERGE = """
INSERT INTO fusion_fusiondispute (register, entity_id, attribute, label, held, held_by, others, state, since)
SELECT %s, entity_id, attribute, left(label, 300), held, held_by, others, 'open', now() FROM fusion_found
ON CONFLICT (register, entity_id, attribute) DO UPDATE SET
  label = excluded.label, held = excluded.held, held_by = excluded.held_by, others = excluded.others, state = 'open',
  since = CASE WHEN fusion_fusiondispute.state = 'open' THEN fusion_fusiondispute.since ELSE now() END
WHERE (fusion_fusiondispute.label, fusion_fusiondispute.held, fusion_fusiondispute.held_by,
       fusion_fusiondispute.others, fusion_fusiondispute.state)
  IS DISTINCT FROM (excluded.label, excluded.held, excluded.held_by, excluded.others, 'open')"""

_SETTLE = """
UPDATE fusion_fusiondispute d SET state = 'settled' WHERE register = %s AND state = 'open'
AND NOT EXISTS (SELECT 1 FROM fusion_found f WHERE f.entity_id = d.entity_id AND f.attribute = d.attribute)"""


def keep_disputes(bench: Workbench, register: str) -> int:
    """Call inside a transaction. Gives the number of open disputes."""
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVED)
        found = bench.con.execute(
            "SELECT entity_id, label, attribute, held, held_by, others FROM disputes ORDER BY entity_id, attribute"
        )
        columns = "entity_id, label, attribute, held, held_by, others"
        with cursor.copy(f"COPY fusion_found ({columns}) FROM STDIN") as copy:
            while batch := found.fetchmany(5000):
                for row in batch:
                    copy.write_row(row)
        cursor.execute("CREATE INDEX ON fusion_found (entity_id, attribute)")
        cursor.execute("ANALYZE fusion_found")
        cursor.execute(_MERGE, [register])
        cursor.execute(_SETTLE, [register])
    return bench.count("disputes")
