"""A city that takes the founding of firms: its departments, clerks, some persons and addresses of its registers, and
the answers of an example. Import its fixture into a test module::

from founding import bureau  # noqa: F401
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.entities import door as entities
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door as procedures
from lingqu.centre.procedures import store
from lingqu.kernel.identifiers import citizen_id_of, uscc_of

CITY = (
    "code: c\ntitle: 城\ndivision: '419902000000'\nsynthetic: true\npacks: [registers, enterprise_founding, newborn]\n"
)
DEPARTMENTS = """
- {code: market, title: {zh: 市市场监督管理局, en: Market supervision}}
- {code: taxation, title: {zh: 市税务局, en: Taxation}}
- {code: police, title: {zh: 市公安局, en: Police}}
- {code: human_resources, title: {zh: 市人社局, en: Human resources}}
- {code: housing, title: {zh: 市住建局, en: Housing}}
- {code: statistics, title: {zh: 市统计局, en: Statistics}}
- {code: health, title: {zh: 市卫健委, en: Health}}
- {code: civil_affairs, title: {zh: 市民政局, en: Civil affairs}}
"""
ROLES = """
- code: visitor
  title: 访客
  anonymous: true
  grants: [{actions: [read], types: [Organization, Address, AdministrativeArea]}]
- code: citizen
  title: 市民
  grants: [{actions: [read], types: [Person], rows: self, unmasked: true, purposes: [my_data]}]
- {code: clerk, title: 经办, grants: [{actions: [handle], rows: own_department}]}
- code: registrar
  title: 登记发证
  grants:
    - {actions: [handle], rows: own_department}
    - {actions: [issue, write], types: [Organization], rows: own_department}
"""
STEPS = {"market": "market", "seal": "police", "tax": "taxation", "insurance": "human_resources", "fund": "housing"}
ANSWERS = {"market": "registered", "seal": "seal", "tax": "tax", "insurance": "insured", "fund": "fund"}
ME, WIFE, BROTHER = (citizen_id_of("419902", date(1990, 1, n), 3) for n in (1, 2, 3))
PEOPLE = {ME: "欧阳小明", WIFE: "司马丽", BROTHER: "欧阳大明"}
STREET = "松江区一号路 1 号"
REGISTRAR = Actor("person", "fang", roles=("registrar",), department="market", account_id=99)


def id_of(number: str) -> str:
    return f"urn:ngsi-ld:Person:p{number[-4:]}"


APPLICANT = Actor("person", "li", roles=("citizen",), person=id_of(ME), account_id=98)
STRANGER = Actor("person", "zhao", roles=("citizen",), person=id_of(WIFE), account_id=97)


def clerk(department: str) -> Actor:
    return (
        REGISTRAR
        if department == "market"
        else Actor("person", f"{department}-clerk", ("clerk",), department, account_id=96)
    )


def value(of: Any) -> dict[str, Any]:
    return {"type": "Property", "value": of}


def build(folder: Path) -> None:
    """Apply the city and fill its registers."""
    (folder / "city.yaml").write_text(CITY, "utf-8")
    for name, text in (("departments", DEPARTMENTS), ("roles", ROLES)):
        (folder / name).mkdir()
        (folder / name / f"{name}.yaml").write_text(text, "utf-8")
    store.forget()
    blueprint.apply(SYSTEM, blueprint.load(folder))
    drafts = [
        entities.Draft(
            id_of(number),
            "Person",
            {"name": value(name), "idNumber": value(number)},
            owner="police",
            region="419902000000",
        )
        for number, name in PEOPLE.items()
    ]
    drafts.append(
        entities.Draft(
            "urn:ngsi-ld:Address:1",
            "Address",
            {"address": value(STREET), "road": value("一号路"), "region": value("419902001000")},
            owner="police",
        )
    )
    entities.write(SYSTEM, drafts)


@pytest.fixture
def bureau(db: None, tmp_path: Path) -> Iterator[None]:
    build(tmp_path)
    yield
    store.forget()


EXAMPLE: dict[str, list[str]] = {
    "企业.名称": ["松江一号软件有限公司"],
    "企业.备选字号": ["松江二号\n松江三号"],
    "企业.类型": ["1130"],
    "企业.经营范围": ["软件开发；信息技术咨询"],
    "企业.住所.详细地址": [STREET],
    "企业.联系电话": ["0451-12345678"],
    "企业.从业人数": ["12"],
    "投资人.证件号码": [ME, WIFE],
    "投资人.认缴出资额": ["60", "40"],
    "投资人.出资时间": ["2027-01-31", "2027-06-30"],
    "法定代表人.证件号码": [ME],
    "董监高.证件号码": [ME, WIFE],
    "财务负责人.证件号码": [WIFE],
    "办税人.证件号码": [BROTHER],
    "代理人.证件号码": [BROTHER],
    "代理人.授权起": ["2026-11-01"],
    "代理人.授权止": ["2027-11-01"],
    "承租.出租人名称": ["松江置业有限公司"],
    "承租.出租人证件号码": [uscc_of("91", "419902", "MA1K3C5X")],
    "承租.年租金": ["24000"],
}


def example(asked: papers.Asked) -> dict[str, list[str]]:
    """An answer to every question: those above, and the first that fits for the others."""
    rows = {"投资人": 2, "董监高": 2}
    found: dict[str, list[str]] = {}
    for question in asked.made.questions:
        made = EXAMPLE.get(question.term) or [_fitting(question)] * rows.get(question.group, 1)
        found[question.term] = made
    return found


def _fitting(question: papers.Question) -> str:
    choices, of = papers.choices(question), papers.shape(question.type)
    if choices:
        return choices[0].code
    return {"N": "1", "bool": "yes", "date": "2026-11-02"}.get(of.family, "示例"[: of.size or 2])


def applied(actor: Actor = APPLICANT, situation: str = "founding_common") -> papers.applications.Application:
    """An application with every question answered."""
    made = papers.begin_application(actor, situation)
    return papers.save_application(actor, made.number, made.step, example(papers.applications.asked_of(made)))


def sent(actor: Actor = APPLICANT) -> int:
    """The number of the case of an application that was sent."""
    return procedures.apply(actor, applied(actor).number, agreed=True)


def items(case: int) -> dict[str, procedures.Item]:
    """Open items by node."""
    return {i.node: i for i in procedures.case(REGISTRAR, case).items if i.state in store.OPEN}


def do(case: int, node: str, **answers: Any) -> None:
    item = items(case)[node]
    procedures.complete(clerk(item.department), item.id, answers)


def through(case: int) -> None:
    """Up to, and without, the issuing of the licence."""
    do(case, "accept", complete=True)
    for node, name in ANSWERS.items():
        do(case, node, **{name: True})
