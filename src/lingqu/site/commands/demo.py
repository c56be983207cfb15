"""A living city on this machine by one command."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--people", default=60_000, show_default=True, help="How many people to make up.")
@click.option("--port", default=8321, show_default=True, help="The next free one is taken if it is in use.")
@click.option(
    "--city", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True, help="The city's folder."
)
@click.option("--once", is_flag=True, help="Stop when everything is fused.")
def demo(people: int, port: int, city: Path, once: bool) -> None:
    """Apply a city, make up its people, collect, check and fuse everything, and show it at one address."""
    import os

    os.environ["LINGQU_DEMO"] = "1"
    from lingqu.site import instance
    from lingqu.site.demo import Demo

    Demo(instance.current(), city, people, port, once).run()
