"""Every rule a person can meet is explained in the documentation."""

import re
from pathlib import Path

import lingqu.blueprint

SOURCE = Path(lingqu.blueprint.__file__).parent
DOCUMENT = Path(__file__).parents[2] / "docs" / "blueprint.md"
RULE = re.compile(
    r'"((?:blueprint|drawing|city|code_list|element|type|resource|sharing|opening|source|datum|quality|fusion|papers|guides|role|'
    r'department)\.[a-z_]+)"'
)


def test_every_rule_is_documented():
    used = {rule for file in SOURCE.rglob("*.py") for rule in RULE.findall(file.read_text("utf-8"))}
    assert len(used) > 50
    documented = DOCUMENT.read_text("utf-8")
    assert sorted(rule for rule in used if f"`{rule}`" not in documented) == []
