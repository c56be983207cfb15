"""``python -m lingqu.site`` is ``lingqu``."""

from lingqu.site.cli import main

main()
