"""The ledger of reads and writes: seal it, check it, witness it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lingqu.site.ready import ready

if TYPE_CHECKING:
    from lingqu.centre.access.door import LedgerFault, Report

AS_JSON = click.option("--json", "as_json", is_flag=True, help="For machines.")


@click.group()
def ledger() -> None:
    """The ledger of reads and writes: seal it, check it, witness it."""


@ledger.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was sealed from this day on.")
@click.option(
    "--heads",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A copy of ledger/heads.jsonl kept elsewhere, to compare with.",
)
@click.option("--public-only", is_flag=True, help="Without the key of the rows: what anybody can check.")
@click.option("--key", default="", help="The public key to trust, instead of this instance's.")
@AS_JSON
def verify(since: datetime | None, heads: Path | None, public_only: bool, key: str, as_json: bool) -> None:
    """Check every row, the chain, its signatures and heads; exits with 1 where something was tampered with."""
    ready()
    from django.utils import timezone

    from lingqu.centre.access import door as access

    if not public_only:
        access.seal_ledger()
    asked = timezone.make_aware(since) if since else None
    report = access.verify_ledger(macs=not public_only, key=key, since=asked, witnessed=heads)
    if not since:
        access.keep_report(report)
    click.echo(json.dumps(_data(report), ensure_ascii=False, indent=1) if as_json else "\n".join(_lines(report)))
    sys.exit(1 if report.fault_count else 0)


def _data(report: Report) -> dict[str, Any]:
    faults = [
        asdict(fault) | {"message": fault.message.model_dump(), "next_step": fault.next_step.model_dump()}
        for fault in report.faults
    ]
    return asdict(report) | {"faults": faults}


def _lines(report: Report) -> list[str]:
    from lingqu.kernel.text import Text
    from lingqu.site.cli import say

    speed = report.rows / report.seconds if report.seconds else 0
    lines = [line for fault in report.faults for line in _fault(fault)]
    if report.fault_count > len(report.faults):
        lines.append(say(Text(zh=f"另有 {report.fault_count - len(report.faults):,} 处", en="… and more")))
    good = Text(zh="✓ 未见篡改", en="✓ nothing was tampered with")
    bad = Text(zh=f"✗ {report.fault_count:,} 处异常", en=f"✗ {report.fault_count:,} faults")
    counted = Text(
        zh=f"{report.rows:,} 条、{report.seals:,} 个封条、{report.heads} 个日头，{report.waiting:,} 条待封存；"
        f"{report.seconds:.1f} 秒，每秒 {speed:,.0f} 条",
        en=f"{report.rows:,} rows, {report.seals:,} seals, {report.heads} heads, {report.waiting:,} not yet sealed; "
        f"{report.seconds:.1f} s, {speed:,.0f} rows/s",
    )
    part = Text(
        zh="（仅用公钥：未核对每条的写入凭证）", en=" (by the public key alone: not whether Lingqu wrote each row)"
    )
    lines.append(say(bad if report.fault_count else good) + ("" if report.macs else say(part)))
    return [*lines, f"  {say(counted)}"]


def _fault(fault: LedgerFault) -> list[str]:
    from lingqu.kernel.text import Text
    from lingqu.site.cli import say

    lines = [f"✗ {say(fault.message)}  [ledger.{fault.kind}]"]
    place = []
    if fault.position:
        place.append(say(Text(zh=f"链上第 {fault.position:,} 位", en=f"position {fault.position:,}")))
    if fault.seal and fault.row:
        place.append(say(Text(zh=f"第 {fault.seal:,} 号封条", en=f"seal {fault.seal:,}")))
    if fault.rows > 1:
        place.append(say(Text(zh=f"{fault.rows:,} 条", en=f"{fault.rows:,} rows")))
    if fault.at:
        place.append(fault.at)
    if fault.after and fault.before:
        between = Text(
            zh=f"在第 {fault.after[0]} 条（{fault.after[1]}）与第 {fault.before[0]} 条（{fault.before[1]}）之间",
            en=f"between rows {fault.after[0]} ({fault.after[1]}) and {fault.before[0]} ({fault.before[1]})",
        )
        place.append(say(between))
    elif fault.after:
        place.append(say(Text(zh=f"在第 {fault.after[0]} 条之后", en=f"after row {fault.after[0]} ({fault.after[1]})")))
    place += [fault.detail] if fault.detail else []
    return [*lines, *([f"  {', '.join(place)}"] if place else []), f"  → {say(fault.next_step)}"]


@ledger.command()
def seal() -> None:
    """Take what waits into the chain now; the worker does it every few seconds."""
    ready()
    from lingqu.centre.access import door as access

    done = access.seal_ledger()
    click.echo(f"{done.rows:,} rows, {done.seals:,} seals, {done.heads} heads")


@ledger.command()
@AS_JSON
def heads(as_json: bool) -> None:
    """The signed heads of the days; the same lines stand in ledger/heads.jsonl, to be copied elsewhere."""
    ready()
    from lingqu.centre.access import door as access

    for head in access.ledger_heads():
        plain = f"{head.day}  seal {head.number:>9,}  rows {head.position:>13,}  {head.digest}"
        click.echo(json.dumps(asdict(head)) if as_json else plain)


@ledger.command()
def key() -> None:
    """The public key (Ed25519) by which seals and heads are verified. Give it to your witnesses."""
    ready()
    from lingqu.centre.access import door as access

    click.echo(access.ledger_key())


@ledger.command()
@click.option("--reason", required=True, help="Why the database was set back, and by whose decision.")
def accept(reason: str) -> None:
    """Say that the database was set back on purpose (a restored backup); the reason is signed and stays."""
    ready()
    import dataclasses
    import getpass

    from lingqu.centre.access import door as access

    access.seal_ledger()
    count = access.accept_ledger_loss(dataclasses.replace(access.SYSTEM, name=f"{getpass.getuser()}@command"), reason)
    access.seal_ledger()
    click.echo(f"{count} accepted, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
