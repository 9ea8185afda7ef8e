"""System checks of a deployment: what a demonstration may do and production must not, and what to write instead."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning as CheckWarning, register
from django.core.exceptions import ImproperlyConfigured

from kit import clamd
from kit.crypto import key_bytes, named_keys

#: A random key of 32 bytes has fewer different ones in one of 10^19 cases.
FEWEST_BYTES: Final = 16
SHORTEST_SECRET: Final = 32
FEWEST_LETTERS: Final = 10


@register(Tags.security, deploy=True)
def hosts_are_named(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse to answer for every host: a link that a stranger put together would bear any name."""
    if settings.EMBEDDED or "*" not in settings.ALLOWED_HOSTS:
        return []
    hint = "Name the host of PUBLIC_URL, and SHORT_HOST if there is one."
    return [Error("ALLOWED_HOSTS allows every host.", hint=hint, id="config.E030")]


@register(Tags.security, deploy=True)
def programs_are_public(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse to call machines of the own network by addresses that outsiders name."""
    if not settings.WEBHOOKS_ALLOW_PRIVATE:
        return []
    hint = "Leave it out; it is for tests, whose programs run on the same machine."
    text = "WEBHOOKS_ALLOW_PRIVATE lets webhooks reach machines inside this network."
    return [Error(text, hint=hint, id="config.E034")]


@register(Tags.security, deploy=True)
def keys_are_strong(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse keys that can be guessed, and one key for two purposes."""
    if settings.EMBEDDED:
        return []
    hint = "Make each key by itself with: openssl rand -base64 32"
    return [Error(problem, hint=hint, id="config.E031") for problem in (*_weak_keys(), *_equal_keys())]


def _weak_keys() -> Iterator[str]:
    for name, key in _keys():
        if len(set(key)) < FEWEST_BYTES:
            yield f"{name} has a key that is not random."
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_LETTERS:
            yield "SECRET_KEY is too short, or not random."


def _equal_keys() -> Iterator[str]:
    for (name, key), (other_name, other) in combinations(_keys(), 2):
        if key == other:
            yield f"{other_name} has a key that {name} has too: whoever learns one would have both."
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    texts = ("LOOKUP_KEY", "LOOKUP_KEY_FALLBACKS", "IDENTITY_KEYS", "HISTORY_KEYS")
    for name in texts:
        if any(secret in str(getattr(settings, name)) for secret in secrets):
            yield f"SECRET_KEY is also a key of {name}: whoever learns one would have both."


def _keys() -> list[tuple[str, bytes]]:
    """Return the names of the settings and their keys; none of a setting that config.E004 refuses."""
    found: list[tuple[str, bytes]] = []
    for name in ("IDENTITY_KEYS", "HISTORY_KEYS"):
        try:
            found += [(name, key) for key in named_keys(getattr(settings, name), name=name).values()]
        except ImproperlyConfigured:
            continue
    for name, texts in (("LOOKUP_KEY", [settings.LOOKUP_KEY]), ("LOOKUP_KEY_FALLBACKS", settings.LOOKUP_KEY_FALLBACKS)):
        try:
            found += [(name, key_bytes(text, name=name)) for text in texts]
        except ImproperlyConfigured:
            continue
    return found


@register(Tags.security, deploy=True)
def history_is_anchored(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Warn where nothing outside the database would show that the end of a history was cut off."""
    if settings.EMBEDDED or settings.HISTORY_ANCHOR:
        return []
    sentence = "HISTORY_ANCHOR is empty: nobody would notice a deleted case."
    return [CheckWarning(sentence, hint="Name a folder, or s3:// and a bucket (docs/operations.md).", id="config.W030")]


@register(Tags.security, deploy=True)
def admin_is_off(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Warn of the raw admin, which changes rows past the pages that were made for it."""
    if settings.EMBEDDED or not settings.ADMIN_ENABLED:
        return []
    hint = "Leave it out, or add config.W031 to ACCEPTED_WARNINGS while operators need it."
    return [CheckWarning("ADMIN_ENABLED opens the raw admin at /admin/.", hint=hint, id="config.W031")]


@register(Tags.security, deploy=True)
def logs_leave_the_machine(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Warn while nobody has said where the logs go: whoever takes over a machine could empty those that stay on it."""
    if settings.EMBEDDED:
        return []
    url = urlsplit(settings.LOG_DESTINATION)
    is_safe = url.scheme.endswith(("tls", "https", "s3")) and url.hostname not in {
        None,
        "localhost",
        "127.0.0.1",
        "::1",
    }
    if is_safe and url.hostname not in settings.ALLOWED_HOSTS:
        return []
    sentence = "LOG_DESTINATION names no other machine that the logs are sent to over TLS."
    hint = (
        "Set the collecting up (docs/operations.md, Logs) and write its address, like syslog+tls://logs.example:6514."
    )
    return [CheckWarning(sentence, hint=hint, id="config.W035")]


@register(Tags.security)
def scanner_is_usable(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse an address of clamd that is neither a host nor a socket."""
    url = urlsplit(settings.CLAMD_URL)
    if not settings.CLAMD_URL or (url.scheme in clamd.SCHEMES and (url.hostname or url.path)):
        return []
    hint = "Write it like tcp://clamav:3310 or unix:///run/clamav/clamd.ctl."
    return [Error("CLAMD_URL does not begin with tcp:// or unix://.", hint=hint, id="config.E032")]
