"""Where Django looks for a database's wrapper."""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(_under_pass)

    def is_usable(self) -> bool:
        """Asked before the first statement of each request. A server that closed the connection, or has anything else
        to say on one that waits, makes it readable; only then is it worth a question."""
        raw = self.connection
        if raw is None or raw.closed or raw.broken or _readable(raw.fileno()):
            return super().is_usable()
        return True


def _readable(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


def _under_pass(*given: Any) -> Any:
    # Django makes its wrapper while models are still being read.
    from lingqu.centre.access import door as access

    return access.under_pass(*given)
