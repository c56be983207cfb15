"""The kinds of definitions a blueprint is made of, and where their files lie."""

from __future__ import annotations

from dataclasses import dataclass

from lingqu.centre.access.definitions import Purpose, Representation, Role
from lingqu.centre.catalogue.definitions import Calendar, Department, InformationResource, SharingRules
from lingqu.centre.drawing.definitions import City
from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.exchange.definitions import Source
from lingqu.centre.fusion.definitions import RegisterRules
from lingqu.centre.guides.definitions import SearchWords, Service, ServiceBundle
from lingqu.centre.offers.definitions import Counter
from lingqu.centre.papers.definitions import CertificateKind, Form, FormRules, FormSituation, FormTerms
from lingqu.centre.procedures.definitions import Procedure, Reason
from lingqu.centre.procedures.dues import Due
from lingqu.centre.quality.definitions import RuleSet
from lingqu.kernel.definition import Definition
from lingqu.kernel.elements import CodeList, DataElement
from lingqu.kernel.text import Text
from lingqu.packs.definitions import PackFile


@dataclass(frozen=True)
class Kind:
    of: type[Definition]
    title: Text

    @property
    def beside(self) -> tuple[str, ...]:
        """Endings of files that may stand beside definitions of the kind."""
        return (".csv", ".bpmn", ".dmn") if self.of is Procedure else (".csv",)

    @property
    def name(self) -> str:
        return self.of.kind


_IN_FOLDERS = (
    Kind(Department, Text(zh="部门", en="department")),
    Kind(CodeList, Text(zh="代码集", en="code list")),
    Kind(DataElement, Text(zh="数据元", en="data element")),
    Kind(EntityType, Text(zh="实体类型", en="entity type")),
    Kind(InformationResource, Text(zh="信息资源", en="information resource")),
    Kind(Source, Text(zh="数据来源", en="source")),
    Kind(RuleSet, Text(zh="质量规则", en="quality rules")),
    Kind(RegisterRules, Text(zh="基础库融合规则", en="register")),
    Kind(Purpose, Text(zh="使用目的", en="purpose")),
    Kind(Role, Text(zh="角色", en="role")),
    Kind(Representation, Text(zh="代办规则", en="rule of representation")),
    Kind(Calendar, Text(zh="工作日历", en="calendar")),
    Kind(SharingRules, Text(zh="共享规则", en="sharing rules")),
    Kind(FormTerms, Text(zh="表单词汇", en="vocabulary of forms")),
    Kind(Form, Text(zh="表单", en="form")),
    Kind(FormRules, Text(zh="表单合并规则", en="rules of forms")),
    Kind(FormSituation, Text(zh="办事情形", en="situation")),
    Kind(CertificateKind, Text(zh="证照种类", en="kind of certificate")),
    Kind(Counter, Text(zh="预约窗口", en="counter")),
    Kind(Due, Text(zh="应办事项", en="due")),
    Kind(Procedure, Text(zh="办理流程", en="procedure")),
    Kind(Service, Text(zh="政务服务事项", en="public service")),
    Kind(ServiceBundle, Text(zh="一件事", en="bundle of services")),
    Kind(SearchWords, Text(zh="搜索用语", en="words of searching")),
    Kind(Reason, Text(zh="理由模板", en="reason by template")),
)
CITY = Kind(City, Text(zh="城市", en="city"))
PACK = Kind(PackFile, Text(zh="行业包", en="pack"))

BY_FOLDER = {kind.of.folder: kind for kind in _IN_FOLDERS}
BY_NAME = {kind.name: kind for kind in (CITY, *_IN_FOLDERS)}
ORDER = {name: place for place, name in enumerate(BY_NAME)}


def title(kind: str) -> Text:
    """What a kind is called in both languages."""
    return BY_NAME[kind].title if kind in BY_NAME else Text(zh=kind, en=kind)
