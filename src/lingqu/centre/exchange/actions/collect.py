"""Pull what a source's connector finds."""

from __future__ import annotations

from lingqu.centre.access.door import Actor
from lingqu.centre.exchange import lake, reads
from lingqu.centre.exchange.actions.progress import Progress
from lingqu.centre.exchange.actions.receive import receive
from lingqu.centre.exchange.connectors import Finding, config_of, connector_of
from lingqu.centre.exchange.records import Delivery
from lingqu.kernel.errors import LingquError


def collect(actor: Actor, source: str, progress: Progress | None = None) -> list[Delivery]:
    definition = reads.source(source)
    connector, config = connector_of(definition), config_of(definition)
    items = list(connector.items(config))
    taken = []
    for done, item in enumerate(items):
        if progress:
            progress(done, len(items), item.name)
        with lake.scratch() as folder:
            fetched = folder / "fetched"
            with fetched.open("wb") as into:
                connector.fetch(config, item, into)
            taken.append(receive(actor, source, item.name, fetched))
    if progress:
        progress(len(items), len(items), source)
    return taken


def self_check(source: str) -> list[Finding]:
    definition = reads.source(source)
    try:
        config = config_of(definition)
    except LingquError as fault:
        return [Finding(False, source, fault.message.en, fault.next_step.en)]
    return connector_of(definition).self_check(config)
