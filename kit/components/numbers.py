"""Numbers and names, isolated so that Arabic text around them does not turn them round."""

from decimal import Decimal

import phonenumbers
from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from kit.unit import domain_ending, official_line, unit_name

register = template.Library()
register.simple_tag(unit_name)
register.simple_tag(official_line)
register.simple_tag(domain_ending)


@register.simple_tag
def num(value: float | Decimal | str, *, unit: str = "") -> SafeString:
    """Write a number left to right, with thousands separators: ``{% num 1240 %}``, ``{% num 85 unit="%" %}``."""
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return format_html('<bdi dir="ltr" class="nowrap">{}{}</bdi>', text, unit)


@register.simple_tag
def phone(number: str, *, link: bool = False) -> SafeString:
    """Write a telephone number in groups; ``link`` makes it one to press."""
    parsed = _parsed_phone(number)
    written = format_html('<bdi dir="ltr" class="nowrap">{}</bdi>', _grouped_phone(parsed) if parsed else number)
    if not link:
        return written
    dialled = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if parsed else number
    return format_html('<a href="tel:{}">{}</a>', dialled, written)


def _parsed_phone(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(number, "JO")
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) and len(number) > len("117116") else None


def _grouped_phone(number: phonenumbers.PhoneNumber) -> str:
    jordan = phonenumbers.country_code_for_region("JO")
    if number.country_code != jordan:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    digits = f"0{number.national_number}"
    head = 3 if digits.startswith("07") else 2
    return f"{digits[:head]} {digits[head : head + 3]} {digits[head + 3 :]}"


@register.simple_tag
def help_phone(*, link: bool = True) -> SafeString:
    """Write the number of the contact centre."""
    return phone(settings.CALL_CENTRE_PHONE, link=link)


@register.simple_tag
def emergency_phone(*, link: bool = True) -> SafeString:
    """Write the emergency number."""
    return phone(settings.EMERGENCY_PHONE, link=link)


@register.simple_tag
def session_minutes() -> int:
    """Return after how many minutes without a press a session ends."""
    return settings.SESSION_COOKIE_AGE // 60


@register.simple_tag
def file_name(name: str) -> SafeString:
    """Write a file's name left to right, where its ending belongs."""
    return format_html('<bdi dir="ltr">{}</bdi>', name)


@register.simple_tag
def degrees(latitude: float, longitude: float) -> SafeString:
    """Write a place in degrees, to about a metre."""
    return format_html('<bdi dir="ltr">{}, {}</bdi>', f"{latitude:.5f}", f"{longitude:.5f}")


@register.simple_tag
def file_size(size: int) -> SafeString:
    """Write a size in kilobytes or megabytes."""
    kilobytes = size / 1024
    if kilobytes < 1024:  # noqa: PLR2004 - kilobytes in a megabyte
        return format_html(gettext("{} KB"), num(max(1, round(kilobytes))))
    return format_html(gettext("{} MB"), num(f"{kilobytes / 1024:.1f}"))
