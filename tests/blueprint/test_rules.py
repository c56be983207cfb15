"""Every rule of a blueprint, broken once in a copy of the toy town."""

import shutil

import pytest

from lingqu.blueprint import door as blueprint
from toytown import TOYTOWN

PEOPLE, FIRMS, SPACE = "resources/people.yaml", "resources/firms.yaml", "resources/space.yaml"
POLICE, PLACES, TRADE = "sources/people.yaml", "sources/space.yaml", "sources/firms.yaml"
RULES, CHECKS, FUSE = "quality/firms.yaml", "quality/people.yaml", "fusion/people.yaml"
BROKEN = [  # file, what stands there, what stands there now, rule; the fault's line is that of the mark «»
    (FIRMS, "element: uscc}", "«element: usc}", "blueprint.reference"),
    (FIRMS, "department: market", "«department: markt", "blueprint.reference"),
    (FIRMS, "key: [external_id]", "«key: [number]", "resource.key"),
    (FIRMS, "  - {code: uscc,", "  - {code: uscc, element: uscc}\n  - {«code: uscc,", "resource.item"),
    (PEOPLE, "101001/000001", "«102001/000001", "resource.code"),
    (FIRMS, "102001/000001", "«2001-1", "blueprint.wrong_value"),
    (PEOPLE, "{zh: 户籍人口登记, en: House", "«{zh: 经营 主体登记。, en: House", "resource.title"),
    (FIRMS, "[基础信息资源, 法人", "«[主题信息资源, 法人", "resource.classification"),
    (FIRMS, '"2026-01-05"', '«"2026-1-5"', "resource.published"),
    (FIRMS, "{type: unconditional, method: interface}", "«{method: interface}", "sharing.basis"),
    (FIRMS, "{type: unconditional, method: interface}", "«{type: conditional}", "sharing.condition"),
    (FIRMS, "{type: unconditional, method: interface}", "«{type: unconditional, method: database}", "resource.method"),
    (FIRMS, "element: legal_representative}", "«element: citizen_id}", "opening.personal"),
    (SPACE, "level: general2", "level: general4", "opening.level"),
    (TRADE, "uscc: {column", "«usc: {column", "source.item"),
    (TRADE, "  external_id: {column: 主体身份代码}\n", "", "source.required"),
    (TRADE, "{column: 统一社会信用代码}", "«{column: a, value: b}", "source.mapping"),
    (TRADE, "{column: 企业名称}", '«{column: 企业名称, extract: "a"}', "source.mapping"),
    (TRADE, "city:data/registrations.json", "«city:data/registration.json", "source.file"),
    (TRADE, "connector: file", "«connector: fiel", "source.connector"),
    (TRADE, "records: data.list", "«recods: data.list", "source.config"),
    (TRADE, "{column: 成立日期,", "«{colum: 成立日期,", "blueprint.unknown_key"),
    (PLACES, ", datum: GCJ-02", "", "datum.unlabelled"),
    (PLACES, "datum: GCJ-02", "«datum: GCJ02", "blueprint.wrong_value"),
    (PLACES, 'url: "sqlite:///${city}', '«url: "postgresql://gis:pass1234@db', "blueprint.secret"),
    (POLICE, "connector: file", "connector: file\n  note: 密码：hunter22«", "blueprint.secret"),
    (RULES, "items: [uscc]", "«items: [usc]", "quality.item"),
    (RULES, "items: [uscc]", "«item: uscc", "quality.rule"),
    (RULES, "code: company_has_capital", "«code: code_once", "quality.duplicate"),
    (RULES, "item: registered_capital,", "«item: registred_capital,", "quality.item"),
    (CHECKS, "to_item: division_code", "«to_item: division", "quality.item"),
    (CHECKS, "resource: police.household_register", "«resource: civil_affairs.assistance", "quality.two_sets"),
    ("departments/departments.yaml", "en: Police}", "«en: Police}, parent: police", "department.cycle"),
    (FUSE, "idNumber: citizen_id\n", "«idNumber: citizen\n", "fusion.item"),
    (FUSE, "birthDate: birth_date\n", "«birthdate: birth_date\n", "fusion.attribute"),
    (FUSE, "never: [idNumber]", "«never: [idNo]", "fusion.attribute"),
    ("fusion/firms.yaml", "      name: organization_name\n", "", "fusion.required"),
    (FUSE, "phone: {order: [civil_affairs.assistance,", "«phone: {order: [market.registrations,", "fusion.order"),
    (FUSE, "match: householdNumber}", "match: household}«", "fusion.attribute"),
    (FUSE, "{register: households, by: value", "«{register: addresses, by: value", "fusion.target"),
    (FUSE, "match: {exact: [[householdNumber]]}", "id_from: [householdNumber]\n  match: {}", "fusion.personal_id"),
    ("fusion/space.yaml", "after: [divisions]", "after: [addresses]", "fusion.cycle"),
    ("fusion/space.yaml", "after: [divisions]", "«after: [division]", "blueprint.reference"),
    ("roles/roles.yaml", "username: developer", "«username: clerk", "role.demo"),
    ("departments/departments.yaml", "en: Police}", "«en: Police}, uscc: 91410000MA9000000X", "department.uscc"),
]  # fmt: skip


@pytest.fixture
def town(tmp_path):
    return shutil.copytree(TOYTOWN, tmp_path / "town")


def test_the_toy_town_is_sound(town):
    assert [fault for fault in blueprint.check(blueprint.load(town)) if fault.severity == "error"] == []


@pytest.mark.parametrize(("file", "old", "new", "rule"), BROKEN)
def test_a_broken_rule_names_its_file_and_line(town, file, old, new, rule):
    text = (town / file).read_text("utf-8")
    assert old in text
    marked = text.replace(old, new, 1)
    (town / file).write_text(marked.replace("«", ""), "utf-8")
    faults = [fault for fault in blueprint.check(blueprint.load(town)) if fault.rule == rule]
    assert faults, rule
    assert all(fault.file.endswith(file) and fault.next_step.en and fault.next_step.zh for fault in faults)
    if "«" in marked:
        assert marked[: marked.index("«")].count("\n") + 1 in [fault.line for fault in faults]


TYPE = "code: B\ntitle: 甲\nlabel: a\nattributes:\n  "
FLOORS = "attributes:\n  a: {element: floors}\n"
ITEMS = "code: a\ntitle: 甲\nitems:\n- {code: b, title: 乙}\n"
GRANT = "code: a\ntitle: 甲\ngrants:\n- {actions: [read], "
NEW_FILES = [  # file, text with the mark «», rule
    ("data_elements/a.yaml", "code: a\ntitle: 甲\n«type: code\n", "element.code_list"),
    ("data_elements/a.yaml", "code: a\ntitle: 甲\ntype: identifier\n«identifier: uscx\n", "element.identifier"),
    ("data_elements/a.yaml", "code: a\ntitle: 甲\ntype: number\n«minimum: 3\nmaximum: 2\n", "element.limits"),
    ("data_elements/a.yaml", "code: a\ntitle: 甲\ntype: date\n«latest: tomorrow\n", "element.limits"),
    ("data_elements/a.yaml", "code: a\ntitle: 甲\ntype: string\n«pattern: '('\n", "element.limits"),
    ("code_lists/a.yaml", "«code: a\ntitle: 甲\n", "code_list.empty"),
    ("code_lists/a.yaml", ITEMS + "- {«code: b, title: 丙}\n", "code_list.duplicate"),
    ("code_lists/a.yaml", "code: a\ntitle: 甲\nitems:\n- {code: b, title: 乙, «parent: c}\n", "code_list.unknown_item"),
    ("types/a.yaml", "«code: bench\ntitle: 甲\nlabel: a\nattributes: {a: {element: place_name}}\n", "type.name"),
    ("types/a.yaml", "code: B\ntitle: 甲\nlabel: A\nattributes:\n  «A: {element: place_name}\n", "type.name"),
    ("types/a.yaml", TYPE + "a: {element: floors}\n  «observedAt: {element: floors}\n", "type.name"),
    ("types/a.yaml", TYPE + "«a: {}\n", "type.attribute"),
    ("types/a.yaml", TYPE + "«a: {kind: GeoProperty, element: floors}\n", "type.attribute"),
    ("types/a.yaml", TYPE + "«a: {kind: Relationship}\n", "type.attribute"),
    ("types/a.yaml", "code: B\ntitle: 甲\nlabel: a\n«geometry: a\n" + FLOORS, "type.geometry"),
    ("types/a.yaml", TYPE + "a: {element: floors, «group: x}\n", "type.group"),
    ("types/a.yaml", "public: true\n" + TYPE + "«a: {element: citizen_id}\n", "type.public_personal"),
    ("types/a.yaml", "«code: B\ntitle: 甲\nlabel: b\n" + FLOORS, "blueprint.wrong_value"),
    ("types/a.yaml", TYPE + "a: {element: floors, «serch: true}\n", "blueprint.unknown_key"),
    ("roles/a.yaml", GRANT + "«types: [Persn]}\n", "role.unknown"),
    ("roles/a.yaml", GRANT + "types: [Person], «attributes: [nme]}\n", "role.unknown"),
    ("roles/a.yaml", "code: a\ntitle: 甲\ndemo: {username: x, name: 甲, «department: plice}\n", "role.unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "text", "rule"), NEW_FILES)
def test_a_faulty_new_file_names_its_line(town, file, text, rule):
    (town / file).parent.mkdir(exist_ok=True)
    (town / file).write_text(text.replace("«", ""), "utf-8")
    faults = [f for f in blueprint.check(blueprint.load(town)) if f.file.endswith("town/" + file)]
    assert [(f.rule, f.line) for f in faults] == [(rule, text[: text.index("«")].count("\n") + 1)]


def test_a_warning_may_be_allowed_with_a_reason_and_an_error_may_not(town):
    def rules():
        return [(f.rule, f.severity) for f in blueprint.check(blueprint.load(town))]

    edit(town / FIRMS, "zh: 经营主体登记,", f"zh: {'经营主体登记' * 9},")
    assert rules() == [("resource.title", "warning")]
    reason = "code: market.registrations, reason: {zh: 省目录的原名, en: The name of the province}}"
    with (town / "city.yaml").open("a", encoding="utf-8") as city:
        city.write(f"allowances:\n  - {{rule: resource.title, kind: resource, {reason}\n")
        city.write(f"  - {{rule: resource.key, kind: resource, {reason}\n")
    assert rules() == []
    edit(town / FIRMS, "key: [external_id]", "key: [number]")
    assert rules() == [("resource.key", "error")]


def edit(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
