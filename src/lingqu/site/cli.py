"""The command ``lingqu``. Each group of commands is a file of ``commands/``, read when it is asked for."""

from __future__ import annotations

import locale
import os
import sys
from importlib import import_module

import click

from lingqu.kernel.errors import LingquError
from lingqu.kernel.text import Text

# command → module of ``commands`` that holds a click command of that name
COMMANDS = {
    "up": "tree",
    "down": "tree",
    "status": "tree",
    "doctor": "tree",
    "worker": "tree",
    "django": "django",
    "collect": "flow",
    "check": "flow",
    "fuse": "flow",
    "run": "flow",
    "source": "source",
    "account": "account",
    "blueprint": "blueprint",
    "new-city": "blueprint",
    "papers": "papers",
    "procedures": "procedures",
    "synthesize": "synthesize",
    "demo": "demo",
    "analyst": "analyst",
    "tenant": "tenant",
    "ledger": "ledger",
}
WRITING = frozenset({"collect", "check", "fuse", "run", "blueprint"})
"""Commands after which the ledger is sealed, as there may be no worker."""


class _Commands(click.Group):
    """Reads only the module of the command that was asked for: ``lingqu --help`` imports no database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"lingqu.site.commands.{COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return found


@click.group(cls=_Commands)
def lingqu() -> None:
    """Lingqu 灵渠: an open city platform."""


def language() -> str:
    """The terminal's language by its environment."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if named.startswith("zh") else "en"


def say(text: Text) -> str:
    return text.say(language())


def refusal(error: LingquError) -> str:
    """A refusal as lines for a terminal: what, where, what next, and each fault of many."""
    lines = [f"✗ {say(error.message)}  [{error.rule}]"]
    if error.place:
        lines.append(f"  {error.place}")
    for fault in error.faults:
        lines.append(f"  {fault.place or '-'}: {say(fault.message)}  [{fault.rule}]")
        if fault.next_step:
            lines.append(f"      → {say(fault.next_step)}")
    if error.next_step.en:
        lines.append(f"  → {say(error.next_step)}")
    return "\n".join(lines)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingqu.site.settings")
    if sys.stdout.encoding.lower() not in ("utf-8", "utf8"):
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        sys.stderr.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        lingqu()
    except LingquError as error:
        click.echo(refusal(error), err=True)
        sys.exit(2)
    finally:
        if sys.argv[1:2] and sys.argv[1] in WRITING:
            from lingqu.site.ready import seal

            seal()
