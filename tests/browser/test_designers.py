"""The designers in a real browser: all by keyboard, published by two people, nothing that is written is ever run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from browser import founding_desk
from browser.test_my_data import looked_through, signed_in
from lingqu.blueprint import door as blueprint
from lingqu.blueprint.models import Draft
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Proposal
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import door
from papers.books import city
from ui.living import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """Done and committed on a connection of its own, as another process would."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        return other.submit(run).result()


def put_away() -> None:
    Draft.objects.exclude(state="published").delete()
    Proposal.objects.filter(act="publish_draft").delete()


@pytest.fixture(autouse=True)
def _no_drafts(founding: str) -> Iterator[None]:
    yield
    apart(put_away)


@pytest.fixture(scope="module")
def founding(town: Town) -> Iterator[str]:
    """A procedure all of whose steps are the demo clerk's."""
    with founding_desk.placed():
        yield founding_desk.CODE
        Draft.objects.all().delete()


def opened(page: Page, code: str = "founding") -> None:
    page.goto(f"/stewardship/design/procedure/{code}/")
    page.locator("main form button, main a.btn").first.press("Enter")
    page.wait_for_selector("#designer[data-ready]")


@pytest.mark.parametrize(("width", "language"), [(320, "zh-CN"), (1280, "en-GB")])
def test_everybody_can_use_it(browser: Browser, server: str, founding: str, width: int, language: str) -> None:
    page = signed_in(browser, server, width, language, "steward")
    page.goto("/stewardship/design/procedure/founding/")
    page.locator("main form button, main a.btn").first.click()
    page.wait_for_selector("#designer[data-ready]")
    addresses = [
        "/stewardship/design/",
        "/stewardship/design/new/procedure/",
        "/stewardship/design/procedure/founding/",
        page.url,
        f"{page.url}differences/",
    ]
    assert looked_through(page, addresses, width) == []


def test_a_step_is_drawn_a_wrong_condition_named_and_two_people_publish(
    page: Page, browser: Browser, server: str, founding: str, faults: list[str]
) -> None:
    old = apart(lambda: door.start(SYSTEM, "founding", title="旧", applicant="li"))
    page.goto("/accounts/login/")
    page.click('button[value="steward"]')
    opened(page)
    assert page.get_by_role("link", name="Powered by bpmn.io").is_visible()
    # All by keyboard: a step more behind the first, its days, then a condition that is wrong.
    page.locator("#parts").get_by_role("button", name="受理", exact=True).press("Enter")
    panel = page.locator("#panel")
    expect(panel.get_by_label("名称", exact=True)).to_have_value("受理")
    panel.get_by_role("button", name="+ 步骤").press("Enter")
    panel.get_by_label("名称", exact=True).fill("现场核查")
    panel.get_by_label("名称", exact=True).press("Tab")
    panel.get_by_label("标识").fill("visit")
    panel.get_by_label("标识").press("Tab")
    page.locator("#parts").get_by_label("工作日: 现场核查").fill("3")
    page.locator("#parts").get_by_label("工作日: 现场核查").press("Tab")
    page.locator("#parts").get_by_role("button", name="→ 并联办理").press("Enter")
    condition = panel.get_by_label("条件", exact=True)
    condition.fill("complet = true")
    condition.press("Tab")
    expect(page.locator("#faults")).to_contain_text("没有变量“complet”")
    expect(page.locator("#canvas .djs-element.is-wrong")).to_have_count(1)
    expect(page.locator("#canvas .is-wrong .djs-visual > path").first).to_have_css("stroke", "rgb(179, 38, 30)")
    expect(panel).to_contain_text("没有变量“complet”")
    page.locator("#faults").get_by_role("button").press("Enter")
    panel.get_by_label("条件", exact=True).fill("complete = true")
    panel.get_by_label("条件", exact=True).press("Tab")
    expect(page.locator("#faults")).to_contain_text("没有发现错误")
    expect(page.locator("#canvas .djs-shape.is-new")).to_have_count(1)
    # The try-run, with nothing written.
    trial = page.locator("#trial")
    trial.get_by_role("button", name="开始试走").press("Enter")
    trial.get_by_label("材料齐全").select_option("yes")
    trial.get_by_role("button", name="办结本步: 受理").press("Enter")
    trial.get_by_role("button", name="办结本步: 现场核查").press("Enter")
    expect(page.locator("#canvas .is-token")).to_have_count(5)
    # A cell of the decision table.
    page.locator("#tables").get_by_label("registered, 行 2").fill("false")
    page.locator("#tables").get_by_label("registered, 行 2").press("Tab")
    page.get_by_role("button", name="保存草稿").press("Enter")
    expect(page.locator("#told")).to_contain_text("已保存为第 2 稿")
    page.locator("#reason").fill("现场核查，依会议纪要 12 号")
    page.get_by_role("button", name="提交发布").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("待复核")
    assert page.get_by_role("button", name="复核并发布").count() == 0
    address = page.url
    second = signed_in(browser, server, 1280, "zh-CN", "officer")
    second.goto(address)
    second.get_by_role("button", name="复核并发布").press("Enter")
    expect(second.get_by_role("main")).to_contain_text("正在发布")
    assert "visit" not in door.procedures()["founding"].tasks
    assert len(apart(blueprint.publish_due)) == 1
    second.reload()
    expect(second.get_by_role("main")).to_contain_text("图纸第")
    second.context.close()
    new = apart(lambda: door.start(SYSTEM, "founding", title="新", applicant="li"))
    for number, count in ((old, 5), (new, 1)):
        door.complete(SYSTEM, door.case(SYSTEM, number).items[0].id, {"complete": True})
        assert len(door.case(SYSTEM, number).waiting) == count
    assert door.case(SYSTEM, new).waiting == ("visit",)
    assert door.procedures()["founding"].tasks["visit"].days == 3
    assert "<text>false</text>" in door.procedures()["founding"].decisions[0]
    assert faults == []


def test_two_stewards_do_not_overwrite_each_other(page: Page, browser: Browser, server: str, founding: str) -> None:
    page.goto("/accounts/login/")
    page.click('button[value="steward"]')
    opened(page)
    other = signed_in(browser, server, 1280, "zh-CN", "officer")
    other.goto(page.url)
    other.wait_for_selector("#designer[data-ready]")
    for editor in (other, page):
        editor.locator("#head").get_by_label("全程承诺工作日").fill("9")
        editor.locator("#head").get_by_label("全程承诺工作日").press("Tab")
        editor.get_by_role("button", name="保存草稿").press("Enter")
        expect(editor.locator("#told")).to_be_visible()
    expect(page.locator("#told")).to_contain_text("officer 在您之后保存过")
    expect(page.locator("#head").get_by_label("全程承诺工作日")).to_have_value("9")
    other.context.close()


def test_what_is_written_in_labels_is_never_run(page: Page, server: str, founding: str, faults: list[str]) -> None:
    page.goto("/accounts/login/")
    page.click('button[value="steward"]')
    opened(page)
    page.locator("#parts").get_by_role("button", name="受理", exact=True).press("Enter")
    nasty = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
    page.locator("#panel").get_by_label("名称", exact=True).fill(nasty)
    page.locator("#panel").get_by_label("名称", exact=True).press("Tab")
    expect(page.locator("#parts")).to_contain_text("<script>")
    page.get_by_role("button", name="保存草稿").press("Enter")
    expect(page.locator("#told")).to_contain_text("已保存")
    page.reload()
    page.wait_for_selector("#designer[data-ready]")
    expect(page.locator("#parts")).to_contain_text("<script>")
    assert page.title() != "1"
    assert page.locator("main img, #canvas script").count() == 0
    assert faults == []


def docx(*labels: str) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    cells = "".join(f"<w:tr><w:tc><w:p><w:r><w:t>{t}</w:t></w:r></w:p></w:tc><w:tc/></w:tr>" for t in labels)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        body = f"<w:body><w:tbl>{cells}</w:tbl></w:body>"
        packed.writestr("word/document.xml", f'<w:document xmlns:w="{space}">{body}</w:document>')
    return out.getvalue()


@pytest.fixture(scope="module")
def newborn(town: Town) -> Iterator[None]:
    """The pack's words, forms and situations, without the registers they ask."""
    there = {(each.kind, each.code) for each in drawing.placed()}
    wanted = [
        drawing.Placed(e.kind, e.code, e.definition.document(), e.origin, e.layer)
        for e in city().entries.values()
        if (e.kind, e.code) not in there and e.kind not in ("city", "procedure")
    ]
    drawing.replace(wanted, [], actor="tests", summary={})
    yield
    Draft.objects.all().delete()
    gone = [(each.kind, each.code) for each in wanted] + [("form", "NB20")]
    drawing.replace([], gone, actor="tests", summary={})


@pytest.mark.usefixtures("newborn")
def test_a_form_from_a_document_to_publication(
    page: Page, browser: Browser, server: str, tmp_path: Path, faults: list[str]
) -> None:
    (tmp_path / "b.docx").write_bytes(docx("新生儿姓名", "母亲姓名"))
    page.goto("/accounts/login/")
    page.click('button[value="steward"]')
    page.goto("/stewardship/design/new/form/")
    page.locator("#zh").fill("新生儿登记")
    page.locator("#code").fill("NB20")
    page.locator("#terms").select_option("newborn")
    page.locator("#office").select_option("weijian")
    page.set_input_files("#file", tmp_path / "b.docx")
    page.get_by_role("button", name="开始起草").press("Enter")
    address = page.url
    page.get_by_role("link", name="建议对应的数据项").press("Enter")
    page.get_by_role("button", name="母亲姓名").press("Enter")
    page.goto(address)
    page.get_by_role("link", name="新生儿姓名").press("Enter")
    page.locator("#binds").fill("新生儿.姓名")
    page.locator("#as").fill("left(新生儿.姓名, ")
    expect(page.locator("#as-fault")).not_to_be_empty()
    page.locator("#as").fill("")
    expect(page.locator("#as-fault")).to_be_empty()
    page.locator("#type").fill("C30")
    page.get_by_role("main").get_by_role("button").last.press("Enter")
    page.get_by_role("button", name="下移: 新生儿姓名").press("Enter")
    expect(page.locator("#field-1")).to_contain_text("新生儿姓名")
    page.get_by_role("link", name="填写效果").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("示例文字")
    page.goto(f"{address}questions/")
    expect(page.get_by_role("main")).to_contain_text("12 → 12")
    page.goto(address)
    page.locator("#reason").fill("新表，依会议纪要 13 号")
    page.get_by_role("button", name="提交发布").press("Enter")
    second = signed_in(browser, server, 1280, "zh-CN", "officer")
    second.goto(address)
    second.get_by_role("button", name="复核并发布").press("Enter")
    expect(second.get_by_role("main")).to_contain_text("正在发布")
    assert len(apart(blueprint.publish_due)) == 1
    second.reload()
    expect(second.get_by_role("main")).to_contain_text("图纸第")
    second.context.close()
    assert faults == []


@pytest.mark.usefixtures("newborn")
@pytest.mark.parametrize(("width", "language"), [(320, "zh-CN"), (1280, "en-GB")])
def test_everybody_can_use_the_pages_of_forms(browser: Browser, server: str, width: int, language: str) -> None:
    page = signed_in(browser, server, width, language, "steward")
    page.goto("/stewardship/design/form/NB1/")
    page.locator("main form button, main a.btn").first.click()
    parts = ("", "fields/0/", "proposals/", "preview/", "questions/", "differences/")
    addresses = ["/stewardship/design/new/form/", *(f"{page.url}{part}" for part in parts)]
    assert looked_through(page, addresses, width) == []


def test_messages_sub_processes_and_what_comes_first_are_drawn_by_keyboard_and_tried(
    page: Page, server: str, founding: str, faults: list[str]
) -> None:
    page.goto("/accounts/login/")
    page.click('button[value="steward"]')
    opened(page)
    panel, parts = page.locator("#panel"), page.locator("#parts")

    def behind(name: str, kind: str) -> None:
        parts.get_by_role("button", name=name, exact=True).press("Enter")
        expect(panel.locator("h3")).to_be_visible()
        panel.get_by_role("button", name=f"+ {kind}").press("Enter")

    behind("受理", "外部消息")
    panel.get_by_label("名称", exact=True).fill("等待缴费")
    panel.get_by_label("名称", exact=True).press("Tab")
    panel.get_by_label("英文名称").fill("Waiting for payment")
    panel.get_by_label("英文名称").press("Tab")
    panel.get_by_label("新消息的名称").fill("payment")
    panel.get_by_label("新消息的名称").press("Tab")
    expect(panel.get_by_label("来自哪个部门")).not_to_have_value("")
    behind("等待缴费", "子流程")
    expect(parts).to_contain_text("在“子流程”内")
    parts.get_by_role("button", name="步骤", exact=True).press("Enter")
    panel.get_by_label("名称", exact=True).fill("内部核查")
    panel.get_by_label("名称", exact=True).press("Tab")
    parts.get_by_role("button", name="子流程", exact=True).press("Enter")
    panel.get_by_role("button", name="+ 内部出错").press("Enter")
    panel.get_by_role("button", name="+ 步骤").press("Enter")
    panel.get_by_role("button", name="+ 结束").press("Enter")
    expect(page.locator("#faults")).to_contain_text("没有发现错误")
    trial = page.locator("#trial")
    trial.get_by_role("button", name="开始试走").press("Enter")
    trial.get_by_label("材料齐全").select_option("yes")
    trial.get_by_role("button", name="办结本步: 受理").press("Enter")
    trial.get_by_role("button", name="消息到达: 等待缴费").press("Enter")
    trial.get_by_role("button", name="办结本步: 内部核查").press("Enter")
    expect(trial.get_by_role("button", name="办结本步: 内部核查")).to_have_count(0)


@pytest.fixture
def older(founding: str) -> Iterator[tuple[int, int]]:
    """Two cases of a version that is published no more: one waits at a step that was named anew since."""

    def begun() -> tuple[int, int]:
        waits, first = (door.start(SYSTEM, "founding", title="旧", applicant="li") for _ in range(2))
        while "seal" not in (case := door.case(SYSTEM, waits)).waiting:  # a drawing published above may have more steps
            item = next(item for item in case.items if item.node == case.waiting[0])
            door.complete(SYSTEM, item.id, {"complete": True} if item.node == "accept" else {})
        return waits, first

    numbers = apart(begun)
    before = door.procedures()["founding"].document()
    tasks = {("sealing" if name == "seal" else name): task for name, task in before["tasks"].items()}
    text = before["diagram"]
    for name in ("id", "sourceRef", "targetRef"):
        text = text.replace(f'{name}="seal"', f'{name}="sealing"')

    def put(document: dict[str, object]) -> None:
        made = door.Procedure.model_validate(document)
        placed = drawing.Placed(made.kind, made.code, made.document(), "tests", "city")
        drawing.replace([placed], [], actor="tests", summary={})

    apart(lambda: put({**before, "tasks": tasks, "diagram": text}))
    yield numbers
    apart(lambda: put(before))


MOVING = "/stewardship/design/procedure/founding/cases/"


@pytest.mark.parametrize(("width", "language"), [(375, "zh-CN"), (375, "en-GB"), (1280, "zh-CN"), (1280, "en-GB")])
def test_everybody_can_take_cases_over(
    browser: Browser, server: str, older: tuple[int, int], width: int, language: str
) -> None:
    page = signed_in(browser, server, width, language, "steward")
    addresses = [MOVING, f"{MOVING}?takes.seal=sealing", "/stewardship/design/procedure/founding/"]
    assert looked_through(page, addresses, width) == []


def test_two_people_take_cases_over_by_keyboard_and_back(
    page: Page, browser: Browser, server: str, older: tuple[int, int], faults: list[str]
) -> None:
    waits, first = older
    page.goto("/accounts/login/")
    page.click('button[value="steward"]')
    page.goto(MOVING)
    expect(page.get_by_role("main")).to_contain_text("新版没有“印章备案”这一步")
    page.get_by_label("由哪一步接替: 印章备案").select_option("sealing")
    page.get_by_role("button", name="按所选对应重新试算").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("留在原版本0")
    page.get_by_label("原因").fill("依会议纪要 13 号")
    page.get_by_role("button", name="提议迁移").press("Enter")
    expect(page.get_by_role("main")).to_contain_text("另一人复核后开始")
    assert page.get_by_role("button", name="复核并开始").count() == 0
    second = signed_in(browser, server, 1280, "zh-CN", "officer")
    second.goto(MOVING)
    second.get_by_role("button", name="复核并开始").press("Enter")
    expect(second.get_by_role("progressbar")).to_be_visible()
    assert apart(door.move_due) == 1
    expect(second.get_by_role("main")).to_contain_text("上一次")
    assert "sealing" in door.case(SYSTEM, waits).waiting
    page.reload()
    page.get_by_text("撤回迁移", exact=True).press("Enter")
    page.get_by_label("原因").fill("太早")
    page.get_by_role("button", name="提议撤回").press("Enter")
    second.reload()
    second.get_by_role("button", name="复核并开始").press("Enter")
    assert apart(door.move_due) == 1
    assert "seal" in door.case(SYSTEM, waits).waiting
    assert door.case(SYSTEM, first).waiting == ("accept",)
    second.context.close()
