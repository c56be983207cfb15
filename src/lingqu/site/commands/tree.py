"""The process tree: up, down, status, doctor, worker."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import click

from lingqu.site import instance, supervisor


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=supervisor.PORT, show_default=True, help="The next free one is taken if it is in use.")
@click.option("--detach", "-d", is_flag=True, help="Go on in the background; stop it with lingqu down.")
def up(host: str, port: int, detach: bool) -> None:
    """Start the database, the web server, the worker and the intake."""
    here = instance.current()
    if detach:
        click.echo(start_detached(here, ["--host", host, "--port", str(port)]))
        return
    supervisor.Supervisor(here, host, port, click.echo).run()


def start_detached(here: instance.Instance, options: list[str]) -> str:
    """Start the tree in the background and wait until it answers; gives its address."""
    here.logs.mkdir(parents=True, exist_ok=True)
    path = supervisor.log_path(here, "up")
    with path.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "lingqu.site", "up", *options],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env=os.environ | {"LINGQU_INSTANCE": str(here.root)},
        )
    while process.poll() is None:
        state = supervisor.running(here)
        if state and answers(state["url"]):
            return str(state["url"])
        time.sleep(0.1)
    raise click.ClickException(path.read_text().strip() or "lingqu up ended")


def answers(url: str) -> bool:
    """Whether our own instance answers there, and not another one that was faster to take the port."""
    import httpx

    try:
        said = httpx.get(f"{url}health/live", timeout=2, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return False
    return bool(said.get("instance") == instance.current().mark)


@click.command()
def down() -> None:
    """Stop everything of this instance."""
    click.echo("stopped" if supervisor.down(instance.current()) else "nothing was running")


@click.command()
def status() -> None:
    """What runs; the exit code is 1 where nothing does."""
    from lingqu.site import postgres, processes

    here = instance.current()
    state = supervisor.running(here)
    click.echo(f"instance   {here.root}")
    if "DATABASE_URL" in os.environ:
        click.echo("database   external, by DATABASE_URL")
    else:
        found = postgres.status(here)
        click.echo(
            f"database   {f'process {found.pid}' if found.pid else 'stopped'}, PostgreSQL {found.version or '-'}"
        )
    if not state:
        click.echo("up         no")
        sys.exit(1)
    click.echo(f"up         {state['url']}")
    for name, recorded in state["children"].items():
        child = processes.Known(**recorded)
        click.echo(f"{name:<10} {f'process {child.pid}' if child.alive() else 'being started again'}")


@click.command()
def doctor() -> None:
    """Say what is wrong and how to mend it; the exit code is the number of faults."""
    from lingqu.site import doctor as doctor_

    faults = 0
    for finding in doctor_.examine(instance.current()):
        mark = "✓" if finding.ok else "✗"
        click.echo(f"{mark} {finding.what:<12} {finding.detail}")
        if not finding.ok:
            faults += 1
            click.echo(f"  → {finding.mend}")
    sys.exit(faults)


@click.command()
@click.option("--concurrency", default=2, show_default=True, help="Jobs at the same time.")
def worker(concurrency: int) -> None:
    """Do the background work; lingqu up starts one by itself."""
    from lingqu.site.ready import ready

    ready()
    from lingqu.site.worker import main

    main(concurrency)
