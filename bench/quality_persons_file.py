"""The register of persons that the quality bench reads: seeded, 12 columns, 3 % of the rows with one known defect."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

from lingqu.kernel.identifiers import citizen_id_of

DISTRICTS = [f"2301{n:02d}" for n in (2, 3, 4, 8, 9, 10, 11, 12, 13, 23, 24, 25, 26, 27, 28, 29)]
ETHNIC = [f"{n:02d}" for n in range(1, 57)]
MARITAL = ["10", "20", "21", "22", "23", "30", "40", "90"]
EDUCATION = ["10", "20", "30", "40", "60", "70", "80", "90"]
STATUS = ["active", "moved", "deceased", "cancelled"]
COLUMNS = "record_id,id_number,name,sex,birth_date,ethnicity,marital,education,district,phone,registered_at,status"
FIRST, LAST = date(1930, 1, 1), date(2026, 6, 30)
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静秀娟英丽强磊军洋勇艳杰涛明超兰霞平刚桂"

DEFECTS = {
    "id_check": (1, lambda r, p: r[1][:17] + ("1" if r[1][17] != "1" else "2")),
    "id_length": (1, lambda r, p: r[1][:17]),
    "id_missing": (1, lambda r, p: ""),
    "id_birth": (4, lambda r, p: (date.fromisoformat(r[4]) - timedelta(days=1)).isoformat()),
    "id_dup": (1, lambda r, p: p[1]),
    "rec_dup": (0, lambda r, p: p[0]),
    "name_missing": (2, lambda r, p: ""),
    "sex_code": (3, lambda r, p: "3"),
    "birth_invalid": (4, lambda r, p: r[4][:4] + "-02-30"),
    "birth_format": (4, lambda r, p: "01/02/" + r[4][:4]),
    "eth_code": (5, lambda r, p: "57"),
    "mar_code": (6, lambda r, p: "married"),
    "edu_code": (7, lambda r, p: "5"),
    "district_code": (8, lambda r, p: "999999"),
    "phone_format": (9, lambda r, p: "12800000000"),
    "reg_before_birth": (10, lambda r, p: (date.fromisoformat(r[4]) - timedelta(days=30)).isoformat()),
    "reg_invalid": (10, lambda r, p: "20210101"),
    "status_code": (11, lambda r, p: "alive"),
}


def make(file: Path, rows: int, seed: int = 20260701) -> Path:
    """Writes ``file`` and ``file.truth.csv`` (row from 1, column, defect)."""
    chance, seen, before = random.Random(seed), set(), None
    names, header = list(DEFECTS), COLUMNS.split(",")
    with file.open("w", newline="") as out, Path(f"{file}.truth.csv").open("w", newline="") as truth:
        write, note = csv.writer(out, lineterminator="\n"), csv.writer(truth, lineterminator="\n")
        write.writerow(header)
        note.writerow(["row", "column", "defect"])
        for number in range(1, rows + 1):
            row = _person(chance, number, seen)
            if before is not None and chance.random() < 0.03:
                defect = chance.choice(names)
                column, change = DEFECTS[defect]
                row[column] = change(row, before)
                if defect == "id_dup":
                    row[4], row[3], row[10] = before[4], before[3], LAST.isoformat()
                note.writerow([number, header[column], defect])
            else:
                before = row
            write.writerow(row)
    return file


def _person(chance: random.Random, number: int, seen: set[str]) -> list[str]:
    born = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))
    while (identity := citizen_id_of(chance.choice(DISTRICTS), born, chance.randrange(996))) in seen:
        born += timedelta(days=1 if born < LAST else -900)
    seen.add(identity)
    registered = born + timedelta(days=chance.randrange((LAST - born).days + 1))
    return [
        str(100_000_000 + number),
        identity,
        chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN),
        "1" if int(identity[16]) % 2 else "2",
        born.isoformat(),
        "01" if chance.random() < 0.92 else chance.choice(ETHNIC),
        chance.choice(MARITAL),
        chance.choice(EDUCATION),
        chance.choice(DISTRICTS),
        "" if chance.random() < 0.12 else f"1{chance.choice('3456789')}{chance.randrange(10**9):09d}",
        registered.isoformat(),
        chance.choice(STATUS),
    ]
