"""The demo: a city alive within minutes, everything entered through the normal importers.

``run/demo.json`` remembers what was done, so that a second start only opens the doors.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from lingqu.site import supervisor
from lingqu.site.instance import Instance


class Stopped(Exception):
    """Ctrl-C, or the process tree ended."""


@dataclass
class Demo:
    instance: Instance
    city: Path
    people: int
    port: int
    once: bool

    def run(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        began = time.monotonic()
        if state := supervisor.running(self.instance):
            self.console.print(f"Lingqu 灵渠 is up already: {state['url']}")
            return
        for number in (signal.SIGTERM, signal.SIGINT):  # a shell's background job starts with SIGINT ignored
            signal.signal(number, _stop)
        tree: subprocess.Popen[bytes] | None = None
        try:
            tree = self._up()
            self._fill(tree, began)
            if not self.once:
                self.console.print("Ctrl-C stops everything.")
                tree.wait()
        except (KeyboardInterrupt, Stopped):
            self.console.print("stopping …")
        finally:
            if tree:
                tree.terminate()
                tree.wait()

    def _up(self) -> subprocess.Popen[bytes]:
        """The process tree in the background; prints its address as soon as it is known."""
        self.instance.logs.mkdir(parents=True, exist_ok=True)
        path = supervisor.log_path(self.instance, "up")
        with path.open("wb") as out:
            tree = subprocess.Popen(
                [sys.executable, "-m", "lingqu.site", "up", "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                env=os.environ | {"LINGQU_INSTANCE": str(self.instance.root)},
            )
        from lingqu.site.commands.tree import answers

        while tree.poll() is None:
            state = supervisor.running(self.instance)
            if state and answers(state["url"]):
                self.console.print(f"\n  Lingqu 灵渠   [bold]{state['url']}[/bold]\n")
                return tree
            time.sleep(0.1)
        self.console.print(path.read_text().strip())
        raise Stopped

    def _fill(self, tree: subprocess.Popen[bytes], began: float) -> None:
        import django

        django.setup()
        self._apply()
        if self._remembered() == self._wish():
            return
        self._synthesize()
        self._ask_for_everything()
        self._watch(tree)
        link_people()
        self._share()
        (self.instance.run / "demo.json").write_text(json.dumps(self._wish()))
        self.console.print(f"done in {time.monotonic() - began:.0f} s")

    def _wish(self) -> dict[str, Any]:
        from lingqu.centre.drawing import door as drawing

        return {"city": str(self.city.resolve()), "people": self.people, "drawing": drawing.revision()}

    def _remembered(self) -> dict[str, Any]:
        try:
            return dict(json.loads((self.instance.run / "demo.json").read_text()))
        except (OSError, ValueError):
            return {}

    def _apply(self) -> None:
        from lingqu.centre.access import door as access
        from lingqu.site.commands.blueprint import apply_city

        made = apply_city(self.instance, self.city, allow_removal=True)
        if made.changed:
            self.console.print(f"blueprint {self.city.name}: {len(made.plan.changes)} definitions applied")
        access.ensure_demo_accounts()

    def _synthesize(self) -> None:
        """Into the inbox, unless what was asked for is there."""
        if not (self.city / "synthetic.yaml").exists():
            return
        mark = self.instance.run / "synthetic.json"
        wish = json.dumps({"city": str(self.city.resolve()), "people": self.people})
        if mark.exists() and mark.read_text() == wish:
            return
        from lingqu.site.commands.flow import progress
        from lingqu.synthetic import door

        with progress() as tell:
            door.synthesize(
                self.city,
                self.instance.inbox,
                people=self.people,
                truth=self.instance.root / "truth",
                progress=lambda done, total, what: tell("synthesize", done, total, what),
            )
        mark.write_text(wish)
        self.console.print(f"{self.people:,} people made up; their departments' files are in {self.instance.inbox}")

    def _share(self) -> None:
        from lingqu.site import demo_sharing

        if made := demo_sharing.tell():
            self.console.print(f"{made} made-up requests for sharing between departments: /stewardship/sharing/")

    def _ask_for_everything(self) -> None:
        from lingqu.centre.exchange import door as exchange
        from lingqu.site import jobs

        for source in exchange.sources():
            jobs.ask_collect(source)

    def _watch(self, tree: subprocess.Popen[bytes]) -> None:
        """Until nothing is queued, waits or is due; what the worker does is shown as it goes."""
        idle = 0
        seen: set[str] = set()
        with Live(console=self.console, refresh_per_second=4, transient=True) as live:
            while idle < 2:
                if tree.poll() is not None:
                    raise Stopped
                at_work, quiet = _look()
                self._tell_finished(seen)
                live.update(at_work)
                idle = idle + 1 if quiet else 0
                time.sleep(0.5)

    def _tell_finished(self, seen: set[str]) -> None:
        """A line for each delivery and fusion run that ended since the last look."""
        from lingqu.centre.exchange import door as exchange
        from lingqu.centre.fusion import door as fusion

        for d in reversed(exchange.deliveries(limit=200)):
            if d.state in ("checked", "refused") and f"d{d.id}" not in seen:
                seen.add(f"d{d.id}")
                self.console.print(
                    f"  {d.state:<8} {d.resource:<42} {d.rows or 0:>10,} rows {d.bad_rows or 0:>8,} set aside"
                )
        for run in reversed(fusion.runs(limit=50)):
            if run.state in ("done", "failed") and f"r{run.id}" not in seen:
                seen.add(f"r{run.id}")
                self.console.print(
                    f"  {'fused' if run.state == 'done' else 'FAILED':<8} {run.register:<42} {run.entities:>10,} things"
                )


def link_people() -> None:
    """Make demo accounts those of people of the register, once there are any."""
    from lingqu.centre.access import door as access
    from lingqu.centre.entities import door as entities

    entities.follow_representations()
    taken: set[str] = set()
    for demo in access.demo_accounts():
        if not demo.person and not demo.represents:
            continue
        acting = tuple(access.representatives(demo.represents)) if demo.represents else ()
        query = entities.Query(types=("Person",), facets=demo.person, ids=acting, limit=50)
        for person in entities.find(access.SYSTEM, query).entities:
            if person.id not in taken:
                taken.add(person.id)
                access.link_demo_account(demo.username, person.id, person.label)
                break


def _stop(*_: Any) -> None:
    raise Stopped


def _look() -> tuple[Table, bool]:
    """A table of what is at work, and whether nothing is left to do."""
    from django.db import connection

    from lingqu.centre.exchange import door as exchange
    from lingqu.centre.fusion import door as fusion

    with connection.cursor() as cursor:
        cursor.execute(
            "select args->>'source' from procrastinate_jobs where status in ('todo', 'doing') and task_name = 'collect'"
        )
        collecting = [row[0] for row in cursor.fetchall()]
    pending = exchange.pending()
    running = [run for run in fusion.runs(limit=20) if run.state == "running"]
    table = Table.grid(padding=(0, 2))
    if collecting:
        table.add_row("collect", f"{len(collecting)} sources to go", "")
    for d in pending[:8]:
        table.add_row("check" if d.state == "landed" else "read", d.resource, _progress(d.progress))
    if len(pending) > 8:
        table.add_row("", f"… and {len(pending) - 8} more", "")
    for run in running:
        table.add_row("fuse", run.register, _progress(run.progress))
    busy = collecting or pending or running
    return table, not busy and not fusion.due()


def _progress(told: Any) -> str:
    done, total = told.get("done", 0), told.get("total", 0)
    share = f"{done * 100 // total:>3} %  " if total else ""
    return f"{share}{told.get('what', '')}"
