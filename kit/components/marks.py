"""Small marks: a status, a count, a deadline."""

from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kit.components.dates import day, moment

register = template.Library()


@register.simple_tag
def tag(*, text: object, kind: str = "") -> SafeString:
    """Write a status: a word with a colour and a shape; ``kind`` is info, ok, warn, bad, wait or nothing."""
    return format_html('<span class="tag{}">{}</span>', _variant("tag", kind), text)


@register.simple_tag
def pill(count: int, *, kind: str = "", cap: int = 99) -> SafeString:
    """Write a count in a small disc, ``99+`` beyond ``cap``; ``kind`` is bad or nothing."""
    text = f"{cap}+" if count > cap else str(count)
    return format_html('<bdi dir="ltr" class="pill{}">{}</bdi>', _variant("pill", kind), text)


@register.simple_tag
def due(*, on: date | None, note: object = "", level: str = "") -> SafeString:
    """Write a deadline with a bar and words; ``level`` is late, soon, ok or nothing; a datetime shows its time too."""
    when = moment(on) if isinstance(on, datetime) else day(on)
    words = format_html("<span>{}</span>", note) if note else ""
    return format_html('<span class="due{}"><b>{}</b>{}</span>', _variant("due", level), when, words)


def _variant(block: str, kind: str) -> str:
    return f" {block}-{kind}" if kind else ""
