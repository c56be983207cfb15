"""门牌地址 in GCJ-02, 楼盘表 in BD-09."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lingqu.kernel.datum import convert_arrays
from lingqu.synthetic import defects
from lingqu.synthetic.departments import table
from lingqu.synthetic.departments.table import Batch, Table
from lingqu.synthetic.files import Csv, Nested, Writer
from lingqu.synthetic.recipe import Defects
from lingqu.synthetic.world import Part, World

USES = {
    "apartments": "住宅",
    "residential": "住宅",
    "house": "住宅",
    "bungalow": "住宅",
    "dormitory": "集体宿舍",
    "industrial": "工业厂房",
    "warehouse": "仓库",
    "university": "教学",
    "school": "教学",
    "kindergarten": "教学",
    "hospital": "医疗",
    "commercial": "商业服务",
    "retail": "商铺",
    "office": "办公楼",
    "hotel": "酒店",
    "garage": "车库",
    "garages": "车库",
    "greenhouse": "其他",
    "train_station": "铁路",
    "stadium": "体育",
    "church": "宗教",
}


def addresses(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    sites = world.sites
    rows = table.repeated(len(sites.street), rates, rng)
    lon, lat = convert_arrays(sites.lon, sites.lat, "WGS-84", "GCJ-02")
    lon, lat = _swapped(lon[rows], lat[rows], rates, rng)
    number = table.serial(np.arange(len(sites.street)), "addresses")[rows]
    names = world.sites.street_names
    facts = zip(
        number.tolist(), sites.street[rows].tolist(), sites.number[rows].tolist(), world.site_district[rows].tolist(),
        world.site_area_code[rows].tolist(), lon.round(7).tolist(), lat.round(7).tolist(), strict=True,
    )  # fmt: skip
    where = world.recipe
    records = [
        {
            "type": "Feature",
            "properties": {
                "dzbm": f"DZ{n:09d}",
                "bzdz": f"{where.province}{where.city}{where.districts.get(d, '')}{names[s]}{h}号",
                "dl": names[s],
                "mph": f"{h}号",
                "jdbm": a,
            },
            "geometry": {"type": "Point", "coordinates": [x, y]},
        }
        for n, s, h, d, a, x, y in facts
    ]
    return _of_places(np.full(len(rows), "", dtype=object), (), records)


def _swapped(
    lon: np.ndarray, lat: np.ndarray, rates: Defects, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    wrong = rng.random(len(lon)) < rates.swapped
    return np.where(wrong, lat, lon), np.where(wrong, lon, lat)


def _of_places(building: np.ndarray, columns: Any, records: Any) -> Batch:
    nobody = np.full(len(building), -1)
    return Batch(nobody, nobody, building, columns, records)


def buildings(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    prints, sites = world.footprints, world.sites
    count = len(prints.index)
    rows = table.repeated(count, rates, rng)
    lon, lat = convert_arrays(prints.lon, prints.lat, "WGS-84", "BD-09")
    lon, lat = _swapped(lon[rows], lat[rows], rates, rng)
    known = [world.geography.buildings[i] for i in prints.index.tolist()]
    use = np.array(
        [USES.get(b.use, "住宅" if h else "其他") for b, h in zip(known, prints.home.tolist(), strict=True)],
        dtype=object,
    )
    floors = np.where(prints.home, sites.floors[prints.site], rng.integers(1, 7, count))
    height = np.round(floors * np.where(prints.home, 2.9, 3.8) + 0.6, 1)
    area = np.round(prints.area * floors * 0.96, 1)
    year = np.clip(rng.normal(1996, 12, count), 1925, int(world.recipe.as_of[:4]) - 1).astype(int)
    year = np.where(floors > 11, np.maximum(year, 2003), year)
    block = np.array([f"{b}栋" for b in prints.block.tolist()], dtype=object)
    compound = np.array(sites.compounds, dtype=object)[prints.site]
    surveyed = np.where(rng.random(count) < 0.93, np.array([b.id for b in known], dtype=object), "")
    values = [
        np.array([f"ZRZ{n:09d}" for n in table.serial(np.arange(count), "buildings").tolist()], dtype=object),
        surveyed,
        np.where(compound == "", "", compound + block),
        world.prefix[1][prints.site] + block,
        defects.codes(use, ("综合", "房屋"), rates, rng),
        np.where(rng.random(count) < 0.004, "不详", np.array([str(f) for f in floors.tolist()], dtype=object)),
        height,
        area,
        year,
        world.site_area_code[prints.site],
    ]
    columns = [np.asarray(value, dtype=object)[rows].tolist() for value in values]
    columns += [lon.round(6).tolist(), lat.round(6).tolist()]
    return _of_places(np.array([b.id for b in known], dtype=object)[rows], columns, None)


def _addresses_file(path: Path, of: Table, world: World) -> Writer:
    before = '{"type":"FeatureCollection","name":"mpdz","features":[\n'
    return Nested(path, before=before, after="\n]}\n")


def _buildings_file(path: Path, of: Table, world: World) -> Writer:
    return Csv(path, of.header, encoding="utf-8", newline="\n")


TABLES = (
    Table(
        "civil_affairs.addresses", "civil_affairs/addresses.geojson", (), _addresses_file, addresses, once=True
    ),
    Table(
        "housing.buildings",
        "housing/buildings.csv",
        (
            "自然幢号",
            "测绘图斑号",
            "楼栋名称",
            "坐落",
            "房屋用途",
            "总层数",
            "高度(米)",
            "建筑面积(平方米)",
            "竣工年份",
            "街道代码",
            "百度经度",
            "百度纬度",
        ),
        _buildings_file,
        buildings,
        once=True,
    ),
)  # fmt: skip
