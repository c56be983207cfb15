"""Makes the data of the toy town: an invented county, invented people, seeded, the same bytes for every run.

    python cities/toytown/data/make.py

The faults that stand in it on purpose are listed in ``docs/toytown.md`` of the city.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sqlite3
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

from lingqu.kernel.datum import convert
from lingqu.kernel.identifiers.organisations import uscc_of
from lingqu.kernel.identifiers.people import citizen_id_of

HERE = Path(__file__).parent
COUNTY = "419901"
WEST, SOUTH, EAST, NORTH = 113.18, 35.08, 113.26, 35.12
TODAY = date(2026, 6, 30)
STREETS = [("001", "河西街道"), ("002", "河东街道")]
COMMUNITIES = [("001001", "望河社区"), ("001002", "书院社区"), ("002001", "桥头社区"), ("002002", "南园社区")]
ROADS = [  # name, class, from, to
    ("望河路", "secondary", (113.182, 35.112), (113.219, 35.112)),
    ("书院街", "residential", (113.182, 35.090), (113.219, 35.090)),
    ("桥头路", "secondary", (113.221, 35.112), (113.258, 35.112)),
    ("南园街", "residential", (113.221, 35.090), (113.258, 35.090)),
    ("柳溪大道", "primary", (113.182, 35.1005), (113.258, 35.1005)),
    ("中心街", "tertiary", (113.220, 35.082), (113.220, 35.118)),
]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗"
MALE, FEMALE = "伟强磊军洋勇杰涛明超刚平辉鹏华", "芳娜敏静丽艳娟霞秀英兰玲桂珍婷"
FIRMS = ["面粉", "木器", "建材", "电子", "餐饮", "药房", "书店", "运输", "园艺", "布艺", "五金", "茶业"]

rng = random.Random(20260630)  # noqa: S311


def box(west: float, south: float, east: float, north: float) -> dict:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def save_json(name: str, content: object) -> None:
    (HERE / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def divisions() -> None:
    middle, half = (WEST + EAST) / 2, 35.1005
    shapes = [
        (COUNTY + "000000", "柳溪县", "county", box(WEST, SOUTH, EAST, NORTH)),
        (COUNTY + "001000", "河西街道", "township", box(WEST, SOUTH, middle, NORTH)),
        (COUNTY + "002000", "河东街道", "township", box(middle, SOUTH, EAST, NORTH)),
        (COUNTY + "001001", "望河社区", "village", box(WEST, half, middle, NORTH)),
        (COUNTY + "001002", "书院社区", "village", box(WEST, SOUTH, middle, half)),
        (COUNTY + "002001", "桥头社区", "village", box(middle, half, EAST, NORTH)),
        (COUNTY + "002002", "南园社区", "village", box(middle, SOUTH, EAST, half)),
    ]
    features = [
        {"type": "Feature", "properties": {"代码": code, "名称": name, "级别": level}, "geometry": shape}
        for code, name, level, shape in shapes
    ]
    save_json("divisions.geojson", {"type": "FeatureCollection", "features": features})


def roads() -> None:
    features = [
        {
            "type": "Feature",
            "id": f"R{number:02d}",
            "properties": {"编号": f"R{number:02d}", "名称": name, "等级": kind, "长度": round(metres(a, b), 1)},
            "geometry": {"type": "LineString", "coordinates": [list(a), list(b)]},
        }
        for number, (name, kind, a, b) in enumerate(ROADS, 1)
    ]
    save_json("roads.geojson", {"type": "FeatureCollection", "features": features})


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (((a[0] - b[0]) * 91_100) ** 2 + ((a[1] - b[1]) * 110_950) ** 2) ** 0.5


def houses() -> list[dict]:
    """Forty numbered houses along the four community roads, ten each."""
    made = []
    for (code, community), (road, _, (west, lat), (east, _)) in zip(COMMUNITIES, ROADS[:4], strict=True):
        for step in range(10):
            lon = west + (east - west) * (step + 0.5) / 10
            number = 2 * step + 1
            street = dict((c[:3], s) for c, s in STREETS)[code[:3]]
            made.append(
                {
                    "code": f"{COUNTY}{code}-{number:03d}",
                    "address": f"柳溪县{street}{road}{number}号",
                    "road": road,
                    "number": f"{number}号",
                    "division": COUNTY + code,
                    "community": community,
                    "lon": lon,
                    "lat": lat + 0.0003,
                }
            )
    return made


def addresses(made: list[dict]) -> None:
    with (HERE / "addresses.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["地址编码", "标准地址", "道路", "门牌号", "区划代码", "经度", "纬度"])
        for house in made:
            lon, lat = convert(house["lon"], house["lat"], "WGS-84", "GCJ-02")
            row = [house[key] for key in ("code", "address", "road", "number", "division")]
            writer.writerow([*row, f"{lon:.6f}", f"{lat:.6f}"])


def buildings(made: list[dict]) -> None:
    file = HERE / "buildings.db"
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as database:
        database.execute(
            "CREATE TABLE lpb (zrzh TEXT PRIMARY KEY, lm TEXT, zl TEXT, yt TEXT, cs INTEGER, jzmj REAL,"
            " jcnf INTEGER, qhdm TEXT, lng REAL, lat REAL)"
        )
        for index, house in enumerate(made):
            lon, lat = convert(house["lon"] + 0.00002, house["lat"] + 0.00002, "WGS-84", "BD-09")
            shop = index % 10 == 4
            floors = 2 if shop else rng.choice([3, 5, 6, 6, 11])
            database.execute(
                "INSERT INTO lpb VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    f"F{index + 1:04d}",
                    f"{house['road'][:2]}{index % 10 + 1}号楼",
                    house["address"],
                    "商业" if shop else "住宅",
                    floors,
                    round(floors * rng.uniform(180, 420), 2),
                    rng.randint(1975, 2023),
                    house["division"],
                    round(lon, 6),
                    round(lat, 6),
                ),
            )
    database.close()


def given(sex: str) -> str:
    letters = MALE if sex == "男" else FEMALE
    return "".join(rng.choice(letters) for _ in range(rng.choice([1, 2, 2])))


def person(surname: str, sex: str, born: date, taken: set[str]) -> dict:
    while True:
        sequence = rng.randrange(100) * 10 + rng.choice([1, 3, 5, 7, 9] if sex == "男" else [0, 2, 4, 6, 8])
        number = citizen_id_of(COUNTY, born, sequence)
        if number not in taken:
            taken.add(number)
            return {"name": surname + given(sex), "sex": sex, "born": born, "id": number}


def born(low: int, high: int) -> date:
    """A birthday of somebody between two ages."""
    return TODAY - timedelta(days=rng.randint(low * 365, high * 365))


def people(made: list[dict]) -> list[dict]:
    taken: set[str] = set()
    rows: list[dict] = []
    homes = [house for index, house in enumerate(made) if index % 10 != 4]
    for household in range(1, 91):
        house = homes[household % len(homes)]
        members = family(taken)
        flat = f"{rng.randint(1, 3)}单元{rng.randint(1, 5)}0{rng.randint(1, 2)}室"
        for member in members:
            member |= {
                "key": f"H{len(rows) + 1:05d}",
                "household": f"{COUNTY}{household:05d}",
                "address": house["address"] + flat,
                "division": house["division"],
                "phone": f"139{rng.randint(0, 99_999_999):08d}",
            }
            rows.append(member)
    return rows


def family(taken: set[str]) -> list[dict]:
    sex = rng.choice(["男", "男", "女"])
    head = person(rng.choice(SURNAMES), sex, born(28, 75), taken) | {"relation": "户主"}
    members = [head]
    if rng.random() < 0.7:
        other = "女" if sex == "男" else "男"
        age = (TODAY - head["born"]).days // 365
        spouse = person(rng.choice(SURNAMES), other, born(max(22, age - 4), age + 3), taken)
        members.append(spouse | {"relation": "妻" if other == "女" else "夫"})
        for _ in range(rng.choice([0, 1, 1, 2])):
            child_sex = rng.choice(["男", "女"])
            child = person(head["name"][0], child_sex, born(1, max(2, age - 23)), taken)
            members.append(child | {"relation": "子" if child_sex == "男" else "女"})
    return members


def household_register(rows: list[dict]) -> None:
    """GB18030, dates in two forms, and the faults that quality must find."""
    lines = []
    for index, row in enumerate(rows):
        day = row["born"].strftime("%Y%m%d" if index % 3 else "%Y-%m-%d")
        lines.append(
            [
                *(row[key] for key in ("key", "name", "id", "sex")),
                day,
                "汉族",
                *(row[key] for key in ("household", "relation", "address", "division", "phone")),
            ]
        )
    lines[3][2] = lines[3][2][:-1] + ("0" if lines[3][2][-1] != "0" else "1")  # wrong check digit
    lines[7][2] = ""  # no citizen ID
    lines[11][4] = "19990230"  # no such day
    lines[15][3] = "不详"  # not in the code list
    lines[19][1] = ""  # a required item is empty
    lines[23][4] = "19500101"  # disagrees with the citizen ID
    lines[27][1] = " " + lines[27][1][0] + "　" + lines[27][1][1:]  # blanks within the name
    lines[31][2] = "".join(chr(ord(c) + 0xFEE0) for c in lines[31][2])  # full-width digits
    lines.append([*lines[35][:1], *lines[35][1:]])  # the same record twice
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["RYBH", "XM", "GMSFHM", "XB", "CSRQ", "MZ", "HH", "YHZGX", "HJDZ", "QHDM", "LXDH"],
    )
    writer.writerows(lines)
    (HERE / "household_register.csv").write_bytes(text.getvalue().encode("gb18030"))


def assistance(rows: list[dict]) -> None:
    """An office's spreadsheet: two title rows, and a few facts that disagree with the police."""
    chosen = rng.sample(rows, 24)
    with xlsxwriter.Workbook(HERE / "assistance.xlsx") as book:
        book.set_properties({"created": datetime(2026, 6, 30), "author": ""})
        sheet = book.add_worksheet("救助台账")
        sheet.merge_range(0, 0, 0, 7, "柳溪县社会救助台账（虚构）")
        names = ["救助证号", "姓名", "身份证号", "性别", "出生日期", "救助类别", "家庭住址", "联系电话"]
        sheet.write_row(1, 0, names)
        for index, row in enumerate(chosen):
            address = (
                row["address"] if index % 6 else row["address"].replace("1单元", "2单元").replace("3单元", "1单元")
            )
            phone = row["phone"] if index % 8 else f"138{rng.randint(0, 99_999_999):08d}"
            number = row["id"] if index % 5 else ""
            kind = ["城市低保", "特困", "临时救助"][index % 3]
            day = f"{row['born'].year}年{row['born'].month}月{row['born'].day}日"
            sheet.write_row(index + 2, 0, [f"JZ{index + 1:04d}", row["name"], number, row["sex"], day, kind])
            sheet.write_row(index + 2, 6, [address, phone])


def registrations(made: list[dict], rows: list[dict]) -> None:
    adults = [row for row in rows if row["relation"] == "户主"]
    records = []
    for index, trade in enumerate(FIRMS):
        house = made[(index * 7 + 4) % len(made)]
        owner = adults[index * 5]
        code = uscc_of("91" if index % 3 else "92", COUNTY, f"MA9{index:05d}")
        records.append(
            {
                "主体身份代码": f"S{index + 1:04d}",
                "统一社会信用代码": code.lower() if index == 2 else code,
                "企业名称": f"柳溪县{owner['name'][0]}记{trade}{'有限公司' if index % 3 else '店'}",
                "企业类型": "有限责任公司" if index % 3 else "个体工商户",
                "登记状态": "注销" if index == 9 else "存续",
                "法定代表人": owner["name"],
                "注册资本": f"{rng.choice([10, 50, 100, 500])}" if index % 3 else "",
                "成立日期": (TODAY - timedelta(days=rng.randint(400, 9000))).isoformat(),
                "住所": {"地址": house["address"], "区划": house["division"]},
                "联系电话": f"0391-{rng.randint(2_000_000, 8_999_999)}",
            }
        )
    records[5]["统一社会信用代码"] = records[5]["统一社会信用代码"][:-1] + "0"  # wrong check character, most likely
    save_json("registrations.json", {"code": 0, "data": {"total": len(records), "list": records}})


def representatives(rows: list[dict]) -> None:
    """Who the registered firms' heads are, by ID number: not for the public."""
    adults = [row for row in rows if row["relation"] == "户主"]
    firms = json.loads((HERE / "registrations.json").read_text("utf-8"))["data"]["list"]
    with (HERE / "representatives.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["主体身份代码", "统一社会信用代码", "法定代表人", "证件号码"])
        for index, firm in enumerate(firms):
            owner = adults[index * 5]
            writer.writerow([firm["主体身份代码"], firm["统一社会信用代码"], owner["name"], owner["id"]])


def main() -> None:
    divisions()
    roads()
    made = houses()
    addresses(made)
    buildings(made)
    rows = people(made)
    household_register(rows)
    assistance(rows)
    registrations(made, rows)
    representatives(rows)


if __name__ == "__main__":
    main()
