"""Days and moments."""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext

from kit.dates import day_text, moment_text

register = template.Library()


@register.simple_tag
def day(value: date | None) -> SafeString:
    """Write a day in words, a dash when there is none."""
    if value is None:
        return SafeString("—")
    return _day(timezone.localtime(value).date() if isinstance(value, datetime) else value, get_language())


@register.simple_tag
def days(first: date, last: date) -> SafeString:
    """Write the first and the last of several days, or the only one."""
    if first == last:
        return day(first)
    return format_html("{} {} {}", day(first), pgettext("days", "to"), day(last))


@lru_cache(maxsize=1024)
def _day(value: date, _language: str | None) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), day_text(value))


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """Write a day and the time of day, a dash when there is none."""
    return SafeString("—") if value is None else _moment(value, get_language())


@lru_cache(maxsize=4096)
def _moment(value: datetime, _language: str | None) -> SafeString:
    """Write a moment; a page of a case names most of its moments more than once."""
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), moment_text(local))
