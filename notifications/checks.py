"""System checks of the settings of messages; each problem is a sentence that names the setting."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning as CheckWarning, register
from django.core.exceptions import ImproperlyConfigured

from notifications import carriers
from notifications.carriers import Carrier
from notifications.models import TO_PEOPLE, Channel
from notifications.wordings import links

# With a longer host the longest Arabic texts no longer fit into one segment.
LONGEST_HOST: Final = 9
# The longest carrier's name that is kept with an attempt.
LONGEST_NAME: Final = 40
# A larger factor of the timings would leave people waiting for hours.
LARGEST_FACTOR: Final = 10
HOURS: Final = re.compile(r"(([01]\d|2[0-3]):[0-5]\d)-(([01]\d|2[0-3]):[0-5]\d)", re.ASCII)
NO_CARRIER: Final = "{} names no carrier: {!r} is not a class with a name and a send."
#: A short number, or a whole one as the carrier writes it.
STATUS_NUMBER: Final = re.compile(r"[0-9]{3,8}|\+[0-9]{8,15}")
#: The carriers that pass on what people write.
RECEIVING: Final = ("notifications.carriers.twilio.TwilioCarrier",)
CAPS: Final = ("SMS_DAILY_CAP", "EMAIL_DAILY_CAP")


@register
def carriers_can_work(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Make each carrier that the settings name, and report what is wrong with it."""
    return [problem for channel, setting in carriers.SETTINGS.items() for problem in _problems(channel, setting)]


@register
def links_are_short(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Warn, in production, of a host too long for one segment."""
    host = links.short_host()
    if settings.EMBEDDED or len(host) <= LONGEST_HOST:
        return []
    return [
        CheckWarning(
            f"The short links' host has {len(host)} letters: SMS with a link take two segments and cost double.",
            hint=f"Set SHORT_HOST to a host of at most {LONGEST_HOST} letters that leads to this site.",
            id="notifications.W001",
        )
    ]


@register
def time_factor_is_sound(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse a factor of the timings that is out of range, and warn, in production, of any but 1."""
    factor = settings.NOTIFICATIONS_TIME_FACTOR
    if not 0 < factor <= LARGEST_FACTOR:
        sentence = f"NOTIFICATIONS_TIME_FACTOR is not above 0 and at most {LARGEST_FACTOR}; outside tests it is 1."
        return [Error(sentence, id="notifications.E003")]
    if factor != 1 and not settings.EMBEDDED:
        sentence = (
            "NOTIFICATIONS_TIME_FACTOR is not 1: carriers are given another time than they were measured to need."
        )
        hint = "Leave it out; it is for tests, which cannot wait two hours."
        return [CheckWarning(sentence, hint=hint, id="notifications.W002")]
    return []


@register
def quiet_hours_are_hours(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse quiet hours that are no times of day, or that begin when they end."""
    hours = settings.QUIET_HOURS
    found = HOURS.fullmatch(hours)
    if not hours or (found and found[1] != found[3]):
        return []
    return [Error("QUIET_HOURS is neither empty nor like 21:00-08:00.", id="notifications.E004")]


@register
def caps_are_counts(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse negative caps."""
    return [
        Error(f"{cap} is below 0; 0 is no cap.", id="notifications.E005") for cap in CAPS if getattr(settings, cap) < 0
    ]


@register
def questions_can_arrive(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse a number for questions that is none, or that no carrier of the settings passes replies of on."""
    number = settings.SMS_STATUS_NUMBER
    if not number:
        return []
    if not STATUS_NUMBER.fullmatch(number):
        sentence = "SMS_STATUS_NUMBER is neither empty nor a number like 90111 or +962791234567."
        return [Error(sentence, id="notifications.E007")]
    if not set(RECEIVING) & set(settings.SMS_CARRIERS):
        sentence = "SMS_STATUS_NUMBER is set, but no carrier of SMS_CARRIERS passes on what people write."
        return [Error(sentence, hint=f"One that does: {', '.join(RECEIVING)}.", id="notifications.E008")]
    return []


def _problems(channel: Channel, setting: str) -> Iterator[CheckMessage]:
    paths = getattr(settings, setting)
    if not paths and channel != Channel.PUSH:
        yield Error(f"{setting} is empty: name a carrier (docs/settings.md).", id="notifications.E001")
    names: Counter[str] = Counter()
    for path in paths:
        try:
            carrier = _made(channel, setting, path)
        except ImproperlyConfigured as problem:
            yield Error(str(problem), id="notifications.E002")
        else:
            names[carrier.name] += 1
    for name in (name for name, times in names.items() if times > 1):
        yield Error(f"{setting} names the carrier {name!r} more than once.", id="notifications.E006")


def _made(channel: Channel, setting: str, path: str) -> Carrier:
    """Return the carrier at a path; raise ImproperlyConfigured where it is none, or none of this channel."""
    try:
        carrier = carriers.make_carrier(setting, path)
    except TypeError as error:
        raise ImproperlyConfigured(NO_CARRIER.format(setting, path)) from error
    if not hasattr(carrier, "send") or not 0 < len(getattr(carrier, "name", "")) <= LONGEST_NAME:
        raise ImproperlyConfigured(NO_CARRIER.format(setting, path))
    if channel not in getattr(carrier, "channels", TO_PEOPLE):
        text = f"{setting} names {path}, which carries nothing by {channel.value}."
        raise ImproperlyConfigured(text)
    return carrier
