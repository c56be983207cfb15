"""The embedded PostgreSQL: binaries of a PyPI wheel under our own launcher.

The wheel's own process handling trusts any live process number, opens the parents of the data folder and lets other
users in; none of it is used. Any external PostgreSQL ≥ 15 takes its place through ``DATABASE_URL``.
"""

from lingqu.site.postgres.external import check_version
from lingqu.site.postgres.launcher import Running, connection_file, remove, start, status, stop
from lingqu.site.postgres.place import forgotten
from lingqu.site.postgres.programs import binaries
from lingqu.site.postgres.roles import Made, add_analyst, analysts, end_analyst, how_to_create, provision

__all__ = [
    "Made",
    "Running",
    "add_analyst",
    "analysts",
    "binaries",
    "check_version",
    "connection_file",
    "end_analyst",
    "forgotten",
    "how_to_create",
    "provision",
    "remove",
    "start",
    "status",
    "stop",
]
