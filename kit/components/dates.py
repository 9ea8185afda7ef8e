"""Days and moments."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kit.dates import day_text, moment_text

register = template.Library()


@register.simple_tag
def day(value: date | None) -> SafeString:
    """Write a day in words, a dash when there is none."""
    if value is None:
        return SafeString("—")
    plain = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', plain.isoformat(), day_text(plain))


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """Write a day and the time of day, a dash when there is none."""
    if value is None:
        return SafeString("—")
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), moment_text(local))
