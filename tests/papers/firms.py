"""Made-up firms for the 17 forms: what each form would have held in 2015, worked out without the rules under test.

``World.values`` holds every term the firm has; ``original`` fills a form as a person at the counter would have.
Tables of codes are read from the pack (they are facts, not computations); amounts, shares, dates, codes in numbers and
the blanks of each section are worked out here on their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from lingqu.centre.papers.definitions import Form, FormRules
from lingqu.kernel.identifiers import citizen_id_of

SECTIONS = {
    "银行账户": "account_open",
    "税务代理": "has_tax_agent",
    "分支机构": "has_branches",
    "总机构": "has_parent",
    "扣缴": "withholds",
    "消费税": "consumption_tax",
    "营业税": "business_tax",
    "车辆": "has_vehicles",
    "船舶": "has_ships",
}
SINGLE = {
    "企业.英文名称": "has_english_name",
    "企业.主管机构": "has_supervisor",
    "企业.主管机构代码": "has_supervisor",
    "企业.上级法人代码": "has_parent",
    "企业.外籍从业人数": "has_foreign_staff",
    "企业.营业收入": "operating",
    "企业.资产总计": "operating",
    "企业.实收资本": "operating",
    "企业所得税.非生产性收入比例": "foreign_production",
    "统计.其他批准机关": "other_registration",
    "统计.其他登记号": "other_registration",
    "统计.其他机关级别": "other_registration",
    "税额.车辆合计": "has_vehicles",
    "税额.船舶合计": "has_ships",
}
HOUSES_AND_LAND = (  # form F14: fields, fact, subject, the attribute that tells sections apart, its code
    (range(6, 13), "own_house", "房产", "用途", "1"),
    (range(13, 18), "lets_house", "房产", "用途", "2"),
    (range(18, 23), "leases_house", "承租", "标的", "1"),
    (range(24, 32), "own_land", "土地", "用途", "1"),
    (range(32, 39), "lets_land", "土地", "用途", "2"),
    (range(39, 44), "leases_land", "承租", "标的", "2"),
)
ASSIGNED_LEVELS = {
    "总局": "1",
    "龙江省": "2",
    "龙江省松江市": "3",
    "龙江省松江市北林区": "4",
    "龙江省松江市青冈县": "4",
}


def hundredths(number: Fraction) -> Decimal:
    """Rounded half up, in whole arithmetic."""
    scaled = (number * 200 + 1) // 2
    return Decimal(scaled) / 100


def exact(number: Decimal) -> Fraction:
    return Fraction(number)


@dataclass
class World:
    facts: set[str]
    values: dict[str, Any] = field(default_factory=dict)
    registers: dict[tuple, Any] = field(default_factory=dict)
    divisions: dict[str, str] = field(default_factory=dict)
    rates: dict[str, str] = field(default_factory=dict)

    def fetch(self, holding, keys):
        return self.registers.get((holding.code, *keys.values()))


def make(random: Random, facts: set[str], rules: FormRules) -> World:
    return _Maker(random, World(set(facts)), rules).world()


class _Maker:
    def __init__(self, random: Random, world: World, rules: FormRules) -> None:
        self.r, self.w, self.rules = random, world, rules
        self.v, self.on = world.values, world.facts.__contains__
        self.count = 0

    def world(self) -> World:
        self.firm()
        self.places()
        self.people()
        self.investors()
        self.taxes()
        self.property()
        self.offices()
        self.w.values["企业.纳税人识别号"] = self.v["企业.住所.区划代码"][:6] + self.v["企业.组织机构代码"]
        return self.w

    def word(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}-{self.r.randrange(10**6)}"

    def money(self, digits: int = 4) -> Decimal:
        return Decimal(self.r.randrange(1, 10**8)).scaleb(-digits)

    def whole(self, most: int) -> Decimal:
        return Decimal(self.r.randrange(1, most))

    def day(self) -> str:
        return (date(2015, 1, 1) + timedelta(days=self.r.randrange(300))).isoformat()

    def flag(self) -> bool:
        return self.r.random() < 0.5

    def code(self, *of: str) -> str:
        return self.r.choice(of)

    def put(self, subject: str, **values: Any) -> None:
        for name, value in values.items():
            self.v[f"{subject}.{name.replace('__', '.')}"] = value

    def firm(self) -> None:
        table = self.rules.tables["scope_industry"].rows
        items = self.r.sample(sorted(table), self.r.randint(1, 4))
        kind = self.code(*sorted(self.rules.tables["registration_type"].rows))
        people = self.whole(1500)
        phone = ["0451", str(self.r.randrange(10**6, 10**7))] + (
            ["8" + str(self.r.randrange(99))] if self.flag() else []
        )
        fax = ["0451", str(self.r.randrange(10**6, 10**7))] + (["9"] if self.flag() else [])
        self.put(
            "企业", 名称=self.word("公司"), 备选字号=[self.word("号") for _ in range(self.r.randint(0, 3))], 类型=kind,
            经营范围=self.code("；", ";").join(items), 联系电话="-".join(phone), 传真="-".join(fax), 电话区号="0451",
            电话分机=phone[2] if len(phone) > 2 else None, 传真分机=fax[2] if len(fax) > 2 else None, 从业人数=people,
            女性从业人数=self.whole(int(people) + 1), 外籍从业人数=self.whole(9), 设立方式=self.code("1", "2"),
            经营期限类型=self.code("1", "2"), 经营期限年数=self.whole(50), 执照副本数=self.whole(5),
            是否申领电子执照=self.flag(), 英文名称=self.word("Co"), 电子邮箱=self.word("a@"), 网址=self.word("www"),
            主要产品=[self.word("产品")], 信息公开意愿=self.flag(), 主要业务活动=items[:3], 主管机构=self.word("委"),
            营业收入=self.whole(90000), 资产总计=self.whole(90000), 实收资本=self.whole(9000), 机构类型="10",
            单位性质="1", 产业活动单位数=Decimal(1),
        )  # fmt: skip
        codes = list(dict.fromkeys(table[item] for item in items))
        taxed = [c for item in items for k, c in {"白酒": "2", "化妆品": "3", "小汽车": "6"}.items() if k in item]
        self.put("企业", 行业代码=codes[0], 兼营行业代码=codes[1:], 代码证副本数=self.v["企业.执照副本数"])
        self.put("企业", 是否申领IC卡=self.v["企业.是否申领电子执照"])
        for term, name in (("登记注册类型", "registration_type"), ("经济类型", "registration_type")):
            self.v[f"企业.{term}"] = self.rules.tables[name].rows[kind]
        self.put("企业", 证照名称=self.rules.tables["licence_kind"].rows[kind])
        self.put("企业", 隶属关系=self.rules.tables["affiliation"].rows[kind])
        self.put("增值税", 类别=self.rules.tables["scope_vat"].rows[items[0]], 主营项目=items[0], 备注=self.word("注"))
        self.put("增值税", 兼营项目=items[1] if len(items) > 1 else None, 经营方式=self.code("1", "5"))
        self.put("增值税", 纳税人资格="2" if self.on("small_scale") else self.code("1", "2"))
        self.put("营业税", 主营项目=items[0], 兼营项目=items[1] if len(items) > 1 else None, 备注=self.word("注"))
        self.put(
            "消费税", 类别=self.code("1", "4"), 应税品目=taxed[0] if taxed else "0", 经营方式="1", 备注=self.word("注")
        )
        self.put("企业", 主管机构代码=self.word("D"), 营业状态="1" if self.on("operating") else "3")
        self.w.registers[("supervisors", self.v["企业.主管机构"])] = {"code": self.v["企业.主管机构代码"]}
        turnover = self.v["企业.营业收入"] if self.on("operating") else Decimal(10**9)
        sizes = ((20, 300, "4"), (300, 2000, "3"), (1000, 40000, "2"))
        self.put("企业", 单位规模=next((c for n, t, c in sizes if people < n or turnover < t), "1"))
        standard = self.on("standard_accounting")
        self.put("企业", 会计制度="2" if standard else self.code("1", "3"))
        names = {"低值易耗品摊销": ("1", "2"), "折旧方法": ("1", "2", "3"), "成本核算方法": ("1", "2")}
        self.put("核算", **{n: "1" if standard else self.code(*of) for n, of in names.items()})
        self.put("核算", 会计软件=self.word("软件"), 报表清单=["1", "2", "3"], 备注=[self.word("注") for _ in range(6)])

    def places(self) -> None:
        for name, register in (("住所", "registered_address"), ("经营地", "business_address")):
            if name == "经营地" and self.on("same_place"):
                for part in ("详细地址", "区划代码", "邮编", "乡镇街道", "村路社区", "省", "市", "县"):
                    self.v[f"企业.经营地.{part}"] = self.v[f"企业.住所.{part}"]
                self.put("企业", 经营地__联系电话=self.v["企业.联系电话"])
            else:
                self._place(f"企业.{name}")
                self.put("企业", 经营地__联系电话=self.word("04"))
            self._hold_place(register, f"企业.{name}")
        self.w.rates[self.v["企业.经营地.区划代码"][:6]] = str(self.r.randrange(1, 30))

    def _place(self, of: str) -> None:
        region = f"23{self.r.randrange(1, 15):02d}{self.r.randrange(1, 30):02d}{self.r.randrange(1, 999):03d}000"
        self.v |= {f"{of}.详细地址": self.word("街"), f"{of}.区划代码": region, f"{of}.邮编": self.word("1")[:6]}
        self.v |= {f"{of}.乡镇街道": self.word("道"), f"{of}.村路社区": self.word("路")}
        for part, digits in (("省", 2), ("市", 4), ("县", 6)):
            self.v[f"{of}.{part}"] = f"{part}{region[:digits]}"
            self.w.divisions[region[:digits].ljust(12, "0")] = f"{part}{region[:digits]}"

    def _hold_place(self, register: str, of: str) -> None:
        held = {"region": "区划代码", "postcode": "邮编", "township": "乡镇街道", "road": "村路社区"}
        self.w.registers[(register, self.v[f"{of}.详细地址"])] = {k: self.v[f"{of}.{p}"] for k, p in held.items()}

    def person(self) -> dict[str, Any]:
        resident = self.on("resident_ids")
        born = date(1950, 1, 1) + timedelta(days=self.r.randrange(18000))
        number = citizen_id_of("230102", born, self.r.randrange(1000)) if resident else self.word("P")
        name = self.word("人")
        self.w.registers[("persons", number)] = self.w.registers[("investors_persons", number)] = {"name": name}
        self.w.registers[("identity_images", number)] = {"image": f"像{number}"}
        known = {"姓名": name, "证件类型": "1" if resident else "2", "证件号码": number, "证件影像": f"像{number}"}
        return known | {"固定电话": self.word("0"), "移动电话": self.word("1"), "电子邮箱": self.word("a@")}

    def people(self) -> None:
        for subject in ("法定代表人", "财务负责人", "联络员", "办税人", "代理人"):
            self.put(subject, **self.person())
        for subject, fact in (("联络员", "contact_is_finance"), ("办税人", "tax_officer_is_finance")):
            if self.on(fact):
                self.v |= {f"{subject}.{k[6:]}": x for k, x in self.v.items() if k.startswith("财务负责人.")}
        self.put("法定代表人", 职务=self.code("1", "2", "4"))
        rows = [self.person() for _ in range(self.r.randint(1, 3))]
        names = ("姓名", "证件类型", "证件号码", "证件影像")
        self.put(
            "董监高", **{name: [row[name] for row in rows] for name in names}, 职务=[self.code("3", "5") for _ in rows]
        )
        power = self.flag()
        self.put("代理人", 授权__核对=power, 授权__改自备文件=power, 授权__改表格=power, 授权__领取=power)
        self.put("代理人", 授权起=self.day(), 授权止=self.day())
        statistics = self.v["财务负责人.姓名"] if self.on("finance_does_statistics") else self.word("人")
        self.put("统计", 统计负责人=statistics)

    def investors(self) -> None:
        natural, rows = self.on("natural_investors"), self.r.randint(1, 4)
        people = [self.person() for _ in range(rows)]
        nature = ["1" if natural else self.code("1", "2", "3", "4") for _ in people]
        kinds = ["1" if natural and self.on("resident_ids") else self.code("2", "4") for _ in people]
        money = [self.money() for _ in people]
        total = sum(money)
        for person, each in zip(people, nature, strict=True):
            self.w.registers[("investors", person["证件号码"])] = {"name": person["姓名"], "nature": each}
        self.put(
            "投资人", 名称=[p["姓名"] for p in people], 证件类型=kinds, 证件号码=[p["证件号码"] for p in people],
            认缴出资额=money, 出资时间=[self.day() for _ in people], 出资方式=[self.code("1", "2") for _ in people],
            经济性质=nature, 国别=["156" if natural else self.code("156", "643", "392") for _ in people],
            出资比例=[hundredths(exact(m) / exact(total) * 100) for m in money],
        )  # fmt: skip
        shares = {}
        for name, each in (("自然人比例", "1"), ("国有比例", "2"), ("外资比例", "3")):
            part = sum((exact(m) for m, n in zip(money, nature, strict=True) if n == each), Fraction(0))
            shares[name] = hundredths(part / exact(total) * 100)
        self.put("投资结构", **shares)
        control = [c for name, c in (("国有比例", "1"), ("外资比例", "5"), ("自然人比例", "3")) if shares[name] > 50]
        single = self.on("single_currency")
        currency = "CNY" if single else self.code("CNY", "USD")
        parts = [total] if single else [self.money(), self.money()]
        self.put("企业", 注册资本=total, 控股情况=[*control, "9"][0], 注册资本币种=currency, 分币种金额=parts)

    def taxes(self) -> None:
        alone = not self.on("has_branches") and not self.on("has_parent")
        self.put("企业所得税", 纳税方式="1" if alone else self.code("1", "2"), 预缴方式=self.code("1", "2"))
        self.put("企业所得税", 非生产性收入比例=self.money(6), 备注=self.word("注"))
        self.put("企业", 核算方式="1" if not self.on("has_parent") else self.code("1", "2"))
        self.put("其他税", 税种="10" if self.on("own_house") or self.on("lets_house") else "11")
        business = self.code("工资", "股息", "境外服务")
        self.put("扣缴", 业务内容=f"支付{business}", 税种=self.rules.tables["withholding"].rows[business])
        self.put("附件", 清单="章程、身份证明、住所使用证明")
        self.put("办件", 类型="1")
        agent = self.word("税务师事务所")
        self.put("税务代理", 名称=agent, 纳税人识别号=self.word("T"), 联系电话=self.word("0"), 电子邮箱=self.word("a@"))
        self.w.registers[("tax_agents", agent)] = {"taxpayer": self.v["税务代理.纳税人识别号"]}
        head = {"name": "名称", "address": "地址", "businessScope": "经营范围", "legalRepresentative": "法定代表人"}
        number = f"2301{self.r.randrange(10):02d}{self.r.randrange(10**8, 10**9)}"
        self.put("总机构", 纳税人识别号=number, 邮编="150000", 联系电话=self.word("0"))
        self.put("总机构", **{name: self.word(name) for name in head.values()})
        held = {key: self.v[f"总机构.{name}"] for key, name in head.items()} | {"phone": self.v["总机构.联系电话"]}
        self.w.registers[("head_office", number)] = held
        self.w.registers[("head_office_address", self.v["总机构.地址"])] = {"postcode": "150000"}
        self.put("企业", 上级法人代码=number[6:])

    def property(self) -> None:
        code = self.v["企业.组织机构代码"] = str(self.r.randrange(10**8, 10**9))
        self.rows("branches", "分支机构", code, name="名称", address="地址", taxpayer="纳税人识别号")
        if self.on("has_branches"):
            self.put("企业", 产业活动单位数=Decimal(1 + len(self.v["分支机构.名称"])))
        accounts = {"bank": "开户银行", "number": "账号", "licence": "开户许可证号", "licensed": "许可证发证日期"}
        more = {"kind": "账户性质", "opened": "开户日期", "changed": "变更日期", "closed": "注销日期"}
        n = self.rows("bank_accounts", "银行账户", code, **accounts, **more)
        self.put("银行账户", 缴税账户标志=[self.flag() for _ in range(n)], 备注=[self.word("注") for _ in range(n)])
        self._houses(code)
        self._land(code)
        self._leases()
        n = self.rows("vehicles", "车辆", code, plate="号牌", seats="核定载客", load="载质量", kind="类型")
        table = self.rules.tables["vehicle_tax"].rows
        kinds = [self.code(*sorted(table)) for _ in range(n)]
        self.hold("vehicles", code, "kind", kinds)
        taxes = [hundredths(Fraction(table[k])) for k in kinds]
        self.put("车辆", 类型=kinds, 年应纳税额=taxes, 备注=[self.word("注") for _ in kinds])
        self.put("税额", 车辆合计=sum(taxes))
        n = self.rows("ships", "船舶", code, number="牌号", net="净吨位", deadweight="载重吨位", kind="类型")
        tons = [self.money(4) for _ in range(n)]
        self.hold("ships", code, "net", tons)
        rate = [3 if t <= 200 else 4 if t <= 2000 else 5 if t <= 10000 else 6 for t in tons]
        taxes = [hundredths(exact(t) * each) for t, each in zip(tons, rate, strict=True)]
        self.put("船舶", 净吨位=tons, 年应纳税额=taxes, 备注=[self.word("注") for _ in tons])
        self.put("税额", 船舶合计=sum(taxes))

    def rows(self, register: str, subject: str, owner: str, **held: str) -> int:
        made = [{key: self.word(name) for key, name in held.items()} for _ in range(self.r.randint(1, 3))]
        self.w.registers[(register, owner)] = made
        self.put(subject, **{name: [row[key] for row in made] for key, name in held.items()})
        return len(made)

    def hold(self, register: str, owner: str, key: str, values: list) -> None:
        for row, value in zip(self.w.registers[(register, owner)], values, strict=True):
            row[key] = value

    def _use(self, own: str, let: str, n: int) -> list[str]:
        both = self.on(own) and self.on(let)
        return [self.code("1", "2") if both else "1" if self.on(own) else "2" for _ in range(n)]

    def _houses(self, code: str) -> None:
        n = self.rows("houses", "房产", code, number="证书号", location="坐落")
        uses, free = self._use("own_house", "lets_house", n), [self.money(2) for _ in range(n)]
        worth = [f + self.money(2) for f in free]
        rent = [self.money(2) if u == "2" else None for u in uses]
        taxed = [w - f for w, f in zip(worth, free, strict=True)]
        taxes = [
            hundredths(exact(t) * Fraction(84, 10000))
            if u == "1"
            else hundredths(exact(r or Decimal(0)) * Fraction(12, 100))
            for u, t, r in zip(uses, taxed, rent, strict=True)
        ]
        self.put("房产", 用途=uses, 原值=worth, 免税原值=free, 应税原值=taxed, 年租金收入=rent, 年应纳税额=taxes)
        self.put("房产", 备注=[self.word("注") for _ in uses])
        self.put("税额", 房屋合计=sum(taxes))

    def _land(self, code: str) -> None:
        n = self.rows("land", "土地", code, number="证书号", location="坐落", area="面积")
        free = [self.money(2) for _ in range(n)]
        area = [f + self.money(2) for f in free]
        self.hold("land", code, "area", area)
        rate = Decimal(self.w.rates[self.v["企业.经营地.区划代码"][:6]])
        taxed = [a - f for a, f in zip(area, free, strict=True)]
        taxes = [hundredths(exact(t) * exact(rate)) for t in taxed]
        self.put("土地", 用途=self._use("own_land", "lets_land", n), 面积=area, 免税面积=free, 应税面积=taxed)
        self.put("土地", 单位税额=[rate] * n, 年应纳税额=taxes, 备注=[self.word("注") for _ in taxed])
        self.put("税额", 土地合计=sum(taxes))

    def _leases(self) -> None:
        n = self.r.randint(1, 3)
        made = {k: [self.word(k) for _ in range(n)] for k in ("出租人名称", "出租人证件号码", "坐落", "备注")}
        self.put("承租", **made, 年租金=[self.money(2) for _ in range(n)], 面积=[self.money(2) for _ in range(n)])
        self.put("承租", 标的=self._use("leases_house", "leases_land", n))
        for i, number in enumerate(made["出租人证件号码"]):
            row = {"location": made["坐落"][i], "area": self.v["承租.面积"][i]}
            self.w.registers[("leases", number)] = row

    def offices(self) -> None:
        for assigned in self.rules.assigned:
            for term in assigned.terms:
                self.v.setdefault(term, self.word(term))
        offices = (
            ("企业.登记机关", "工商机关级别", "工商行政管理局"),
            ("税务.国税主管局", "国税机关级别", "国家税务局"),
            ("税务.地税主管局", "地税机关级别", "地方税务局"),
            ("统计.其他批准机关", "其他机关级别", "商务厅"),
        )
        for term, level, name in offices:
            where = self.code(*ASSIGNED_LEVELS)
            self.v[term] = f"国家税务{where}" if where == "总局" else where + name
            self.v[f"统计.{level}"] = ASSIGNED_LEVELS[where]
        for signed in self.rules.signed:
            self.v |= {term: self.word(term) for term in signed.terms}


def original(form: Form, world: World) -> dict[int, Any]:
    """What stood on the form."""
    return {each.seq: _field(form.code, each.seq, each.binds or "", world) for each in form.fields}


def _field(form: str, seq: int, term: str, world: World) -> Any:
    values, on = world.values, world.facts.__contains__
    subject, _, attribute = term.partition(".")
    if attribute == "备注" and not on("has_remarks"):
        return None
    fact = SECTIONS.get(subject) or SINGLE.get(term)
    if fact and not on(fact):
        return None
    if form == "F14":
        for fields, needed, of, tells, code in HOUSES_AND_LAND:
            if seq in fields:
                rows = zip(values[term], values[f"{of}.{tells}"], strict=True)
                return [value for value, tell in rows if tell == code] if on(needed) else None
        if term in ("税额.房屋合计", "税额.土地合计"):
            kind = "house" if term == "税额.房屋合计" else "land"
            return values[term] if on(f"own_{kind}") or on(f"lets_{kind}") else None
    if (form, seq) == ("F08", 19):
        return values[term][:6]
    if (form, seq) == ("F08", 32):
        return [country for country in values[term] if country != "156"]
    if form in ("F11", "F16") and seq in (10, 11, 12):
        return values[term][seq - 10]
    return values[term]
