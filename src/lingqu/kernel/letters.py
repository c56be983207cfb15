"""Letters in one width and case, by tables that give the same again when applied again (Unicode's NFKC does not)."""

from __future__ import annotations

NARROW: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
"""Full-width letters, digits and punctuation, and the ideographic space."""

UPPER: dict[int, str] = {code: chr(code).upper() for code in range(ord("a"), ord("z") + 1)}


def narrow_upper(text: str) -> str:
    """Half-width, a to z in upper case; everything else as it is."""
    return text.translate(NARROW).translate(UPPER)
