"""System checks that refuse to start with carriers that cannot work, and warn of messages that cost double."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning as CheckWarning, register
from django.core.exceptions import ImproperlyConfigured

from notifications import carriers, outbox

# With a longer host the longest Arabic texts no longer fit into one segment.
LONGEST_HOST: Final = 9


@register
def carriers_can_work(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Make each carrier the settings name, and say what is wrong with it."""
    return list(_problems())


@register
def links_are_short(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Warn, in production, of a host too long for one segment."""
    host = outbox.short_host()
    if settings.EMBEDDED or len(host) <= LONGEST_HOST:
        return []
    return [
        CheckWarning(
            f"The short links' host has {len(host)} letters: SMS with a link take two segments and cost double.",
            hint=f"Set SHORT_HOST to a host of at most {LONGEST_HOST} letters that leads to this site.",
            id="notifications.W001",
        )
    ]


def _problems() -> Iterator[CheckMessage]:
    for setting in carriers.SETTINGS.values():
        path = getattr(settings, setting)
        if not path:
            yield Error(f"{setting} is empty: name the carrier.", id="notifications.E001")
            continue
        try:
            carriers.make_carrier(setting, path)
        except ImproperlyConfigured as problem:
            yield Error(str(problem), id="notifications.E002")
