"""Things in their order: what happened, and the steps still to come."""

from datetime import date, datetime

from django import template
from django.utils.safestring import SafeString

from kit.components.dates import day, moment
from kit.components.markup import markup

register = template.Library()


@register.simple_block_tag
def timeline(content: str) -> SafeString:
    """Open a list of what happened, newest first."""
    return markup("timeline", content=SafeString(content))


@register.simple_block_tag
def timeline_item(
    content: str,
    *,
    title: object,
    at: date | None = None,
    by: object = "",
    kind: str = "",
    href: str = "",
    level: int = 3,
) -> SafeString:
    """Write one thing that happened, and when; ``kind`` is ok, wait, bad or you; ``level`` is that of its heading."""
    when = moment(at) if isinstance(at, datetime) else day(at) if at else ""
    content = SafeString(content.strip())
    return markup("timeline_item", content=content, title=title, when=when, by=by, kind=kind, href=href, level=level)


@register.simple_block_tag
def steps(content: str, *, label: object = "", across: bool = False) -> SafeString:
    """Open a list of ``{% step %}``; ``across`` lays it out in a row on wide screens."""
    return markup("steps", content=SafeString(content), label=label, across=across)


@register.simple_block_tag
def step(content: str, *, state: str = "", note: object = "") -> SafeString:
    """Write one step; ``state`` is done, now or nothing (still to come)."""
    return markup("step", content=SafeString(content.strip()), state=state, note=note)
