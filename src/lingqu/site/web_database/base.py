"""Where Django looks for a database's wrapper."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(_under_pass)


def _under_pass(*given: Any) -> Any:
    # Django makes its wrapper while models are still being read.
    from lingqu.centre.access import door as access

    return access.under_pass(*given)
