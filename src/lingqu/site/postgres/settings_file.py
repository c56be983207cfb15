"""The server's own settings, written anew at every start; a town's own go into ``local.conf`` beside the data."""

from __future__ import annotations

import os

from lingqu.site.postgres.place import Place

_HBA = """# Written by Lingqu at every start.
local all         all               scram-sha-256
host  all         all 127.0.0.1/32  scram-sha-256
host  all         all ::1/128       scram-sha-256
local replication all               scram-sha-256
"""


def write(place: Place, port: int) -> None:
    """``postgresql.conf`` and ``pg_hba.conf``; whole or not at all."""
    _put(place, "postgresql.conf", _settings(place, port))
    _put(place, "pg_hba.conf", _HBA)


def _put(place: Place, name: str, content: str) -> None:
    fresh = place.data / f"{name}.new"
    fresh.write_text(content)
    fresh.chmod(0o600)
    place.own(fresh)
    fresh.rename(place.data / name)


def _memory() -> int:
    """MB of memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def _settings(place: Place, port: int) -> str:
    shared = max(64, min(_memory() // 8, 4096))  # a million entities and their indexes take 1.5 GB
    values: dict[str, object] = {
        "listen_addresses": "" if place.socket else "127.0.0.1",
        "port": port,
        "unix_socket_directories": place.socket or "",
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": 100,
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(256, _memory() // 2)}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "jit": "off",
        "random_page_cost": "1.1",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": place.log,
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_line_prefix": "%m [%p] %q%a ",
    }
    lines = [f"{name} = '{str(value).replace(chr(39), chr(39) * 2)}'" for name, value in values.items()]
    head = "# Written by Lingqu at every start; your own settings belong into local.conf in the folder above."
    return "\n".join([head, *lines, "include_if_exists = '../local.conf'", ""])
