"""Where deliveries come from. A new kind of place is one file here and one line below."""

from __future__ import annotations

from pydantic import ValidationError

from lingqu.centre.exchange.connectors.base import Connector, Finding, Item
from lingqu.centre.exchange.connectors.database import DatabaseConnector
from lingqu.centre.exchange.connectors.file import FileConnector
from lingqu.centre.exchange.connectors.http import HttpConnector
from lingqu.centre.exchange.connectors.inbox import InboxConnector
from lingqu.centre.exchange.connectors.upload import UploadConnector
from lingqu.centre.exchange.definitions import Source
from lingqu.centre.exchange.options import FormatOptions
from lingqu.kernel.errors import Fault, Invalid
from lingqu.kernel.text import Text

CONNECTORS: dict[str, Connector] = {
    connector.name: connector
    for connector in (FileConnector(), InboxConnector(), DatabaseConnector(), HttpConnector(), UploadConnector())
}


def connector_of(source: Source) -> Connector:
    """Raises ``Invalid`` for an unknown name."""
    if source.connector not in CONNECTORS:
        names = ", ".join(CONNECTORS)
        raise Invalid(
            "source.connector",
            Text(zh=f"没有连接器 {source.connector}", en=f"There is no connector {source.connector}"),
            place=source.code,
            next_step=Text(zh=f"可用：{names}", en=f"There are: {names}"),
        )
    return CONNECTORS[source.connector]


def config_of(source: Source) -> FormatOptions:
    """The source's settings, checked by its connector's model. Raises ``Invalid`` with one fault per setting."""
    try:
        return connector_of(source).Config.model_validate(source.config)
    except ValidationError as broken:
        faults = [
            Fault(
                "source.config",
                Text(zh=f"设置 {where} 不对：{error['msg']}", en=f"The setting {where} is wrong: {error['msg']}"),
                column=where,
            )
            for error in broken.errors()
            for where in [".".join(str(part) for part in error["loc"]) or source.connector]
        ]
        raise Invalid(
            "source.config",
            Text(
                zh=f"来源 {source.code} 的设置不对：{faults[0].message.zh}",
                en=f"The settings of source {source.code} are wrong: {faults[0].message.en}",
            ),
            place=source.code,
            next_step=Text(zh="按连接器的设置模型修改", en="Correct them after the connector's settings model"),
            faults=faults,
        ) from broken


__all__ = ["CONNECTORS", "Connector", "Finding", "Item", "config_of", "connector_of"]
