"""System checks of the settings that name several servers: each is a sentence with what to write there."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from config.checks import DATABASE_SCHEMES

#: What makes a driver pass over a standby; `any`, the default, connects to it.
TAKES_CHANGES = frozenset({"read-write", "primary"})


@register(Tags.security)
def one_of_several_databases_takes_changes(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse several servers in DATABASE_URL if the driver might connect to a standby among them."""
    url = urlsplit(settings.DATABASE_URL)
    wanted = set(parse_qs(url.query).get("target_session_attrs", []))
    if "," not in url.netloc.rpartition("@")[2] or wanted & TAKES_CHANGES:
        return []
    hint = "Add ?target_session_attrs=read-write at its end."
    sentence = "DATABASE_URL names several servers, and a standby among them would refuse every change."
    return [Error(sentence, hint=hint, id="config.E020")]


@register(Tags.security)
def replica_is_usable(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse a replica that is no PostgreSQL, and a lag that none can keep."""
    hint = "docs/scaling.md describes a read replica."
    return [Error(problem, hint=hint, id="config.E021") for problem in _replica_problems()]


def _replica_problems() -> Iterator[str]:
    if settings.REPLICA_URL and urlsplit(settings.REPLICA_URL).scheme not in DATABASE_SCHEMES:
        yield "REPLICA_URL does not begin with postgres://."
    if settings.REPLICA_MAX_LAG < 0:
        yield "REPLICA_MAX_LAG is below 0 seconds."
