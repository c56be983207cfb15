"""The documentation as a site; nothing is fetched while it is built or read."""

project = "Lingqu 灵渠"
author = "The Lingqu contributors"
copyright = "The Lingqu contributors, Apache-2.0"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Pages are also read as files in the repository, where links lead to code.
suppress_warnings = ["myst.xref_missing", "myst.header"]
html_theme = "furo"
html_title = "Lingqu 灵渠"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0B5CAD", "color-brand-content": "#0B5CAD"},
    "dark_css_variables": {"color-brand-primary": "#7DB8F0", "color-brand-content": "#7DB8F0"},
}
html_show_sphinx = False
