"""System checks of the settings that name several servers: each is a sentence with what to write there."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from config.checks import DATABASE_SCHEMES

#: What makes a driver pass over a standby; `any`, the default, connects to it.
TAKES_CHANGES = frozenset({"read-write", "primary"})
_SENTINEL = re.compile(r"[^\s:,]+:[0-9]{1,5}")


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


@register(Tags.security)
def bucket_is_usable(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse a store of attachments that cannot be reached, or only without encryption."""
    hint = "docs/scaling.md describes attachments in a bucket."
    return [Error(problem, hint=hint, id="config.E022") for problem in _bucket_problems()]


@register(Tags.security)
def sentinels_are_named(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse sentinels without host and port, and a master with a port of its own."""
    hint = "Write them like first.example:26379,second.example:26379, and REDIS_URL like rediss://:password@master/0."
    return [Error(problem, hint=hint, id="config.E023") for problem in _sentinel_problems()]


def _sentinel_problems() -> Iterator[str]:
    if any(not _SENTINEL.fullmatch(place) for place in settings.REDIS_SENTINELS):
        yield "REDIS_SENTINELS is not a list of hosts with ports."
    if settings.REDIS_SENTINELS and ":" in urlsplit(settings.REDIS_URL).netloc.rpartition("@")[2]:
        yield "REDIS_URL names a port, but with REDIS_SENTINELS its host is the name of a master."


def _bucket_problems() -> Iterator[str]:
    if not settings.BUCKET_NAME:
        return
    schemes = ("https", "http") if settings.EMBEDDED else ("https",)
    if settings.BUCKET_ENDPOINT and urlsplit(settings.BUCKET_ENDPOINT).scheme not in schemes:
        yield "BUCKET_ENDPOINT does not begin with https://."
    if settings.BUCKET_TIMEOUT <= 0:
        yield "BUCKET_TIMEOUT is not above 0 seconds."


def _replica_problems() -> Iterator[str]:
    if settings.REPLICA_URL and urlsplit(settings.REPLICA_URL).scheme not in DATABASE_SCHEMES:
        yield "REPLICA_URL does not begin with postgres://."
    if settings.REPLICA_MAX_LAG < 0:
        yield "REPLICA_MAX_LAG is below 0 seconds."
