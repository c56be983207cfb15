"""The truth about made-up data, kept apart from the departments' files and read by nobody but the scoring."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lingqu.synthetic.departments import Batch
from lingqu.synthetic.world import Part, World

RECORDS = pa.schema(
    [
        ("resource", pa.string()),
        ("file", pa.string()),
        ("row", pa.int64()),
        ("person_id", pa.int64()),
        ("org_id", pa.int64()),
        ("building_id", pa.string()),
    ]
)
PERSONS = pa.schema(
    [
        ("person_id", pa.int64()),
        ("household_id", pa.int64()),
        ("name", pa.string()),
        ("sex", pa.string()),
        ("birth_date", pa.date32()),
        ("citizen_id", pa.string()),
        ("ethnic_group", pa.string()),
        ("marital_status", pa.string()),
        ("mobile_phone", pa.string()),
        ("address", pa.string()),
        ("division_code", pa.string()),
        ("longitude", pa.float64()),
        ("latitude", pa.float64()),
        ("death_date", pa.date32()),
        ("employer_org_id", pa.int64()),
    ]
)
ORGANISATIONS = pa.schema(
    [("org_id", pa.int64()), ("name", pa.string()), ("uscc", pa.string()), ("legal_representative_id", pa.int64())]
)


class Truth:
    """``records.parquet`` (1-based data row of a file → whose it is), ``persons.parquet``, ``organisations.parquet``.

    ``person_id``, ``org_id`` are null and ``building_id`` null where a row is about something else.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._writers = {
            name: pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd")
            for name, schema in (("records", RECORDS), ("persons", PERSONS), ("organisations", ORGANISATIONS))
        }
        self._next: dict[str, int] = {}

    def records(self, resource: str, file: str, batch: Batch) -> int:
        count, first = len(batch.person), self._next.get(resource, 1)
        self._next[resource] = first + count
        self._writers["records"].write_table(
            pa.table(
                [
                    pa.array([resource] * count),
                    pa.array([file] * count),
                    pa.array(np.arange(first, first + count)),
                    pa.array(batch.person, mask=batch.person < 0),
                    pa.array(batch.organisation, mask=batch.organisation < 0),
                    pa.array(batch.building, pa.string(), mask=batch.building == ""),
                ],
                schema=RECORDS,
            )
        )
        return count

    def part(self, world: World, part: Part) -> None:
        people, household = part.people, part.people.household
        site = part.home.site[household]
        employer = np.where(part.employer >= 0, part.first_organisation + part.employer, -1)
        self._writers["persons"].write_table(
            pa.table(
                [
                    part.first_person + np.arange(len(people)),
                    part.first_household + household,
                    pa.array(people.name, pa.string()),
                    pa.array(people.sex.astype(str)),
                    pa.array(people.born),
                    pa.array(people.id_number, pa.string()),
                    pa.array(people.ethnic, pa.string()),
                    pa.array(people.marital, pa.string()),
                    pa.array(people.phone, pa.string()),
                    pa.array(world.addresses(part.home, household, np.zeros(len(people), dtype=int)), pa.string()),
                    pa.array(world.site_area_code[site], pa.string()),
                    world.sites.lon[site],
                    world.sites.lat[site],
                    pa.array(people.died),
                    pa.array(employer, mask=employer < 0),
                ],
                schema=PERSONS,
            )
        )
        firms = part.organisations
        self._writers["organisations"].write_table(
            pa.table(
                [
                    part.first_organisation + np.arange(len(firms)),
                    pa.array(firms.name, pa.string()),
                    pa.array(firms.uscc, pa.string()),
                    part.first_person + firms.head,
                ],
                schema=ORGANISATIONS,
            )
        )

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()
