"""What each department holds, in its own words and formats: one table for each resource."""

from __future__ import annotations

from lingqu.synthetic.departments import education_health, natural_resources, organisations, persons, places, police
from lingqu.synthetic.departments.table import Batch, Table

TABLES: tuple[Table, ...] = (
    *police.TABLES,
    *persons.TABLES,
    *natural_resources.TABLES,
    *education_health.TABLES,
    *places.TABLES,
    *organisations.TABLES,
)

__all__ = ["TABLES", "Batch", "Table"]
