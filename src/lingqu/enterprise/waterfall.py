"""The way from all fields to the questions as a picture. Attributes only, no styles (Content-Security-Policy)."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lingqu.centre.papers import door

_WIDTH, _ROW, _WORDS = 720, 30, 300


def picture(made: door.Merge, language: str) -> SafeString:
    """A bar a step: what is left, and lighter before it what was taken away."""
    most = max(step.left for step in made.steps) or 1
    scale = (_WIDTH - _WORDS - 60) / most
    bars = format_html_join(
        "",
        '<text x="0" y="{}">{}</text><rect class="gone" x="{}" y="{}" width="{}" height="16"/>'
        '<rect class="left" x="{}" y="{}" width="{}" height="16"/><text x="{}" y="{}">{}</text>',
        (
            (
                top + 18, step.title.say(language),
                round(_WORDS + step.left * scale, 1), top + 5, round(max(step.removed, 0) * scale, 1),
                _WORDS, top + 5, max(1.0, round(step.left * scale, 1)),
                round(_WORDS + (step.left + max(step.removed, 0)) * scale + 8, 1), top + 18, step.left,
            )
            for top, step in ((i * _ROW, step) for i, step in enumerate(made.steps))
        ),
    )  # fmt: skip
    return format_html(
        '<svg class="waterfall" role="img" viewBox="0 0 {} {}"><title>{} → {}</title>{}</svg>',
        _WIDTH,
        len(made.steps) * _ROW,
        len(made.fates),
        made.asked,
        bars,
    )
