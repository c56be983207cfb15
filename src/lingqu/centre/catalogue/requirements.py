"""What a request must satisfy before it is sent: each broken rule with its place and the next step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.definitions import Role
from lingqu.centre.catalogue import clocks, reads
from lingqu.centre.catalogue.definitions import InformationResource
from lingqu.centre.catalogue.records import DELIVERED, Request
from lingqu.centre.catalogue.served import Served, serve
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.errors import Fault, Invalid
from lingqu.kernel.text import Text

_PASSWORD = re.compile(r"//[^/@\s]*:(?!\$\{secret:)[^/@\s]+@")
TARGETS: dict[str, tuple[str, ...]] = {
    "file": ("format",),
    "database": ("connection", "table"),
    "push": ("url",),
    "subscription": ("url",),
}
"""What each delivering method must know of where the data goes."""


def require(request: Request) -> Served:
    """How the request can be served. Raises ``Invalid`` (``sharing.request``) with all faults."""
    faults = list(faults_of(request))
    if faults:
        raise Invalid(
            "sharing.request",
            Text(
                zh=f"申请还有 {len(faults)} 处须补正：{faults[0].message.zh}",
                en=f"The request lacks {len(faults)} thing{'s' * (len(faults) > 1)}: {faults[0].message.en}",
            ),
            place=request.number,
            next_step=faults[0].next_step or Text(zh="补正后再提交", en="Complete it and send it again"),
            faults=faults,
        )
    return serve(request.resource, request.wish.items)


def faults_of(request: Request) -> Iterator[Fault]:
    resource = drawing.one(InformationResource, request.resource)
    for rule in RULES:
        yield from rule(request, resource)


def _fault(rule: str, column: str, zh: str, en: str, step: Text | None = None) -> Fault:
    return Fault(rule, Text(zh=zh, en=en), column=column, next_step=step)


def _sides(request: Request, resource: InformationResource) -> Iterator[Fault]:
    if request.consumer == resource.department:
        yield _fault("sharing.own", "resource", "这是本部门自己的资源，无需申请", "This is your own resource")


def _items(request: Request, resource: InformationResource) -> Iterator[Fault]:
    known = {item.code for item in resource.items}
    strange = [code for code in request.wish.items if code not in known]
    if not request.wish.items:
        yield _fault("sharing.items", "items", "没有选择信息项", "No items are chosen")
    elif strange:
        listed = ", ".join(strange)
        yield _fault("sharing.items", "items", f"该资源没有这些信息项：{listed}", f"The resource has no {listed}")
    elif not serve(resource.code, request.wish.items).attributes:
        yield _fault(
            "sharing.not_served",
            "items",
            "所选信息项尚未进入基础库，无法经平台提供",
            "None of these items has come into a register yet; the platform cannot serve them",
            Text(zh="改选其他信息项，或联系市大数据中心", en="Choose other items, or ask the information centre"),
        )


def _purpose(request: Request, resource: InformationResource) -> Iterator[Fault]:
    wish, known = request.wish, access.purposes()
    if not wish.purpose or (known and wish.purpose not in known):
        yield _fault("sharing.purpose", "purpose", "没有选择使用目的", "No purpose is chosen")
    if len(wish.matter.strip()) < 4:
        yield _fault("sharing.matter", "matter", "没有写明用于什么事项", "It is not said for which matter")
    if len(wish.basis.strip()) < 4:
        yield _fault("sharing.basis", "basis", "没有写明法律依据", "No legal basis is named")
    ground = known[wish.purpose].ground if wish.purpose in known else ""
    if ground == "consent" and not wish.consent:
        yield _fault(
            "sharing.consent",
            "consent",
            "该目的以本人同意为依据，须勾选征得本人同意",
            "This purpose rests on the persons' consent, which must be asked",
        )


def _period(request: Request, resource: InformationResource) -> Iterator[Fault]:
    begins, ends, today = request.wish.begins, request.wish.ends, timezone.localdate()
    if begins is None or ends is None:
        yield _fault("sharing.period", "ends", "没有写明使用期限", "The period is not said")
        return
    years = clocks.rules().longest
    if ends < begins or ends < today:
        yield _fault("sharing.period", "ends", "期限的截止日早于起始日或今天", "The period ends before it begins")
    elif ends >= _years_on(begins, years):
        yield _fault(
            "sharing.period", "ends", f"期限最长 {years} 年，到期可续签", f"At most {years} years; it can be renewed"
        )


def _years_on(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _holders(request: Request, resource: InformationResource) -> Iterator[Fault]:
    wish = request.wish
    for name in TARGETS.get(wish.method, ()):
        if not wish.target.get(name, "").strip():
            yield _fault("sharing.target", f"target.{name}", "没有写明送达位置", f"The delivery's {name} is not said")
    if any(_PASSWORD.search(text) for text in wish.target.values()):
        yield _fault(
            "sharing.secret",
            "target.connection",
            "送达设置里写了密码；请填密钥名称",
            "A password stands in the delivery's settings; name a secret instead",
        )
    if wish.method not in DELIVERED and not (wish.accounts or wish.people_roles):
        yield _fault(
            "sharing.holders",
            "accounts",
            "没有指定由哪些系统或岗位使用",
            "It is not said which systems or roles use it",
        )
    unknown = [role for role in wish.people_roles if role not in drawing.every(Role)]
    if unknown:
        yield _fault("sharing.holders", "people_roles", f"没有岗位“{unknown[0]}”", f"There is no role {unknown[0]}")


def _security(request: Request, resource: InformationResource) -> Iterator[Fault]:
    if len(request.wish.security.strip()) < 4:
        yield _fault("sharing.security", "security", "没有写明安全保护措施", "No measures of protection are named")


def _sensitive(request: Request, resource: InformationResource) -> Iterator[Fault]:
    """PIPL 28-30 (sensitive personal information), 55 (impact assessment before it is handled)."""
    wish, known = request.wish, access.purposes()
    chosen = [i for i in reads.entry(resource.code).items if i.code in wish.items]
    sensitive = [i for i in chosen if i.sensitive]
    if wish.consent and not access.is_personal(serve(resource.code, wish.items).entity_type):
        yield _fault(
            "sharing.consent",
            "consent",
            "所选内容不是个人信息，无从征得本人同意",
            "There are no persons to ask for consent",
        )
    if not sensitive:
        return
    zh, en = "、".join(i.title.zh for i in sensitive), ", ".join(i.title.en for i in sensitive)
    ground = known[wish.purpose].ground if wish.purpose in known else "statutory_duty"
    if not wish.consent and (not wish.basis.strip() or ground == "disclosed"):
        yield _fault(
            "sharing.sensitive",
            "basis",
            f"“{zh}”是敏感个人信息，须经本人单独同意或有法定依据",
            f"{en}: sensitive personal information needs the persons' separate consent or a basis in law",
        )
    if len(wish.assessment.strip()) < 20:
        yield _fault(
            "sharing.assessment",
            "assessment",
            f"“{zh}”是敏感个人信息，提交前须完成个人信息保护影响评估",
            f"{en}: sensitive personal information needs an impact assessment first (PIPL 55)",
            Text(
                zh="写明目的是否必要、对个人权益的影响和保护措施（《个人信息保护法》第五十六条）",
                en="Say whether it is necessary, what it does to people, and how they are protected (PIPL 56)",
            ),
        )


def _rows(request: Request, resource: InformationResource) -> Iterator[Fault]:
    named = {item for item, _ in serve(resource.code, request.wish.where).attributes}
    for item in request.wish.where:
        if item not in named:
            yield _fault("sharing.where", "where", f"不能按“{item}”限定范围", f"Rows cannot be chosen by {item}")
    for code in request.wish.regions:
        if not (code.isdigit() and len(code) == 12):
            yield _fault("sharing.where", "regions", f"“{code}”不是 12 位区划代码", f"{code} is no division code")


def _quota(request: Request, resource: InformationResource) -> Iterator[Fault]:
    if request.wish.quota is not None and request.wish.quota < 1:
        yield _fault("sharing.quota", "quota", "每日数量至少为 1", "The quantity a day is at least 1")


RULES: tuple[Callable[[Request, InformationResource], Iterator[Fault]], ...] = (
    _sides, _items, _purpose, _period, _holders, _security, _sensitive, _rows, _quota,
)  # fmt: skip


def never(resource: InformationResource) -> tuple[Text, Text] | None:
    """(reason, law) where a resource is not shared whatever the request says."""
    rules = clocks.rules()
    if resource.level == "core":
        return (
            Text(zh="核心数据不通过本平台共享", en="Core data is not shared by this platform"),
            Text(zh="《数据安全法》第二十一条；GB/T 43697-2024", en="Data Security Law art. 21; GB/T 43697-2024"),
        )
    if resource.sharing.type == "refused":
        reason = Text(zh="该资源目录属性为不予共享", en="The catalogue lists this resource as not shared")
        return reason, resource.sharing.basis or rules.refusal_law
    return None
