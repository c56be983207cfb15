"""Documents need their fonts: brought once, as set-up does."""

from __future__ import annotations

import pytest

from lingqu.ui import vendor


@pytest.fixture(scope="session")
def fonts():
    return vendor.bring(dev=True)
