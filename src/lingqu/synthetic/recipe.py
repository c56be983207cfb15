"""``synthetic.yaml``: what one city's made-up population is like."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML

from lingqu.kernel.definition import Field, Part
from lingqu.kernel.errors import Invalid, NotFound
from lingqu.kernel.text import Text

FILE = "synthetic.yaml"


class GeographyFiles(Part):
    """Where streets, areas and buildings come from: an OSM extract, or three GeoJSON files (WGS-84).

    In the OSM extract areas are ``boundary=administrative`` of ``area_level``; in GeoJSON streets have ``name``, areas
    ``name`` and ``code``, buildings ``id`` and optionally ``use``, or what ``properties`` says instead. Areas above
    the township are passed over.
    """

    pbf: str | None = None
    area_level: str = "8"
    area_suffixes: dict[str, str] = Field(default_factory=dict, description="suffix in the extract → official suffix")
    streets: str | None = None
    areas: str | None = None
    buildings: str | None = None
    properties: dict[str, str] = Field(
        default_factory=dict, description="GeoJSON: name, code, id or use → the property that holds it"
    )
    exclude_streets: str = Field(default="", description="regular expression over street names without house numbers")


class Prefix(Part):
    """A region prefix of ID numbers; ``since``/``until`` are the years of birth for which it was given out."""

    code: str = Field(pattern=r"^\d{6}$")
    weight: float = 1.0
    since: int = 0
    until: int = 9999


class Defects(Part):
    """Shares of rows (0..1) of a department's file with each defect. See docs/synthetic.md."""

    id_missing: float = 0.0
    id_missing_child: float = Field(default=0.0, description="further share for those under 7")
    id_typo: float = 0.0
    id_transposed: float = 0.0
    id_relative: float = Field(default=0.0, description="a child's row carries the mother's or father's number")
    id_fifteen: float = Field(default=0.0, description="first-generation form, born before 2000 only")
    id_spaced: float = 0.0
    name_homophone: float = 0.0
    name_variant: float = 0.0
    name_blank: float = 0.0
    name_rare_lost: float = Field(default=0.0, description="of names with a rare character: it is replaced")
    birth_wrong: float = 0.0
    birth_impossible: float = 0.0
    code_wrong: float = Field(default=0.0, description="a code or code word the department does not define")
    phone_missing: float = 0.0
    phone_changed: float = 0.0
    phone_malformed: float = 0.0
    address_old: float = Field(default=0.0, description="of those who moved: the former home")
    address_full_width: float = Field(default=0.0, description="digits as full-width signs")
    address_styles: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)
    duplicate: float = Field(default=0.0, description="row repeated as it is")
    again: float = Field(default=0.0, description="same thing entered again under another number")
    swapped: float = Field(default=0.0, description="longitude and latitude exchanged")
    uscc_typo: float = 0.0
    uscc_missing: float = 0.0


class Departments(Part):
    """Defects of every department and, over them, of single resources."""

    default: Defects = Defects()
    resources: dict[str, Defects] = Field(default_factory=dict)


class Recipe(Part):
    """What ``synthesize`` needs to know of a city."""

    province: str
    city: str
    districts: dict[str, str] = Field(description="6-digit code → name")
    city_code: str = Field(pattern=r"^\d{6}$")
    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="the day on which the files were drawn")
    plate: str = Field(description="province character and letter, e.g. 京A")
    area_code: str = Field(description="of fixed telephones, without 0")
    geography: GeographyFiles
    local_prefixes: tuple[Prefix, ...]
    other_prefixes: tuple[Prefix, ...]
    surname_factors: dict[str, float] = Field(default_factory=dict)
    area_codes: dict[str, str] = Field(default_factory=dict, description="area name → 12-digit code")
    ethnic: dict[str, float] = Field(default_factory=lambda: {"01": 1.0}, description="GB/T 3304 code → share")
    migrant_share: float = 0.13
    moved_share: float = Field(default=0.18, description="local households that do not live where they are registered")
    trade_names: str = "盛鑫宏瑞恒泰华源达兴隆顺通博远嘉美康诚信龙祥丰润安和"
    defects: Departments = Departments()

    def defects_of(self, resource: str) -> Defects:
        """The default with what the resource sets itself."""
        own = self.defects.resources.get(resource)
        return self.defects.default.model_copy(update=own.model_dump(exclude_unset=True) if own else {})


def read(city_folder: Path) -> Recipe:
    """The recipe of a city. Raises NotFound (``synthetic.recipe``) or Invalid (``synthetic.recipe``)."""
    file = city_folder / FILE
    if not file.is_file():
        raise NotFound(
            "synthetic.recipe",
            Text(zh=f"{city_folder.name} 没有 {FILE}，无法生成合成数据", en=f"{city_folder.name} has no {FILE}"),
            place=str(file),
            next_step=Text(zh="按 docs/synthetic.md 写一份", en="Write one, see docs/synthetic.md"),
        )
    try:
        return Recipe.model_validate(YAML(typ="safe").load(file.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(
            "synthetic.recipe",
            Text(zh=f"{FILE} 有误：{first['msg']}", en=f"{FILE} is not valid: {first['msg']}"),
            place=f"{file} {'.'.join(map(str, first['loc']))}",
            next_step=Text(zh="按 docs/synthetic.md 改正", en="Correct it, see docs/synthetic.md"),
        ) from error
