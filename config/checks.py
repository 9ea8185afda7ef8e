"""System checks of the settings: each is a sentence that names the setting, with what to write there.

What only a demonstration may have (embedded carriers, the embedded registry) is an error anywhere else.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning as CheckWarning, register
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host
from django.utils.module_loading import import_string

from accounts import phones
from accounts.sign_in.oidc import read_client
from kit.crypto import lookups, named_keys, parse_keys

REPLACEABLE = ("SMS_CARRIERS", "EMAIL_CARRIERS", "REGISTRY")
DATABASE_SCHEMES = ("postgres", "postgresql")
BROKER_SCHEMES = ("redis", "rediss")


@register(Tags.security)
def nothing_embedded_in_production(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse carriers and registries that only pretend, unless this is a demonstration."""
    if settings.EMBEDDED:
        return []
    return [
        Error(
            f"{setting} names {path}, which only pretends: nothing leaves the machine.",
            hint=f"Set {setting} to a real one (docs/settings.md), or EMBEDDED=true for a demonstration.",
            id="config.E001",
        )
        for setting in REPLACEABLE
        for path in _paths(getattr(settings, setting))
        if ".embedded." in path
    ]


def _paths(named: str | list[str]) -> list[str]:
    return [named] if isinstance(named, str) else named


@register(Tags.security)
def registry_exists(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse a registry that cannot be imported or made, and production without any."""
    if not settings.REGISTRY:
        return [] if settings.EMBEDDED else [_no_registry()]
    try:
        import_string(settings.REGISTRY)()
    except ImportError as problem:
        sentence = f"REGISTRY cannot be imported: {problem}."
        return [Error(sentence, hint="Write it like package.module.Class.", id="config.E002")]
    except ImproperlyConfigured as problem:
        return [Error(str(problem), hint="docs/settings.md describes a registry over HTTP.", id="config.E008")]
    return []


def _no_registry() -> CheckMessage:
    return Error(
        "REGISTRY is empty: no identity would ever be confirmed.",
        hint="Set it to accounts.identity.registries.http_json.HttpJsonRegistry, or to a class of your own.",
        id="config.E007",
    )


@register(Tags.security)
def foreign_mobiles_are_countries(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse a list of countries that cannot be read: nobody there could register."""
    try:
        phones.foreign_ceilings()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), hint="Leave it empty to take Jordanian numbers only.", id="config.E009")]
    return []


@register(Tags.security)
def oidc_is_complete(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse an OpenID provider that could not be asked, or whose claims would name nobody."""
    if not settings.OIDC["OIDC_ISSUER"]:
        return []
    try:
        read_client(settings.OIDC, is_embedded=settings.EMBEDDED)
    except ImproperlyConfigured as problem:
        hint = "docs/settings.md describes a digital identity; leave OIDC_ISSUER empty to have none."
        return [Error(str(problem), hint=hint, id="config.E010")]
    return []


@register(Tags.security)
def public_url_is_usable(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse a PUBLIC_URL whose links would not lead here."""
    hint = "Write it like https://service.example."
    return [Error(problem, hint=hint, id="config.E003") for problem in _url_problems()]


def _url_problems() -> Iterator[str]:
    url = urlsplit(settings.PUBLIC_URL)
    if url.scheme != "https" and not (settings.EMBEDDED and url.scheme == "http"):
        yield "PUBLIC_URL does not begin with https://."
    if not url.hostname or url.path or url.query or url.fragment:
        yield "PUBLIC_URL is more or less than a scheme and a host: it must not end with a slash or a path."
    elif not validate_host(url.hostname, settings.ALLOWED_HOSTS):
        yield "PUBLIC_URL names a host that ALLOWED_HOSTS does not list."


@register(Tags.security)
def keys_are_whole(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse keys under which identities could not be kept, or one key for two purposes."""
    hint = "Make a key with: openssl rand -base64 32"
    try:
        parse_keys(settings.IDENTITY_KEYS)
        named_keys(settings.HISTORY_KEYS, name="HISTORY_KEYS")
        lookups("0", purpose="check")
    except ImproperlyConfigured as problem:
        return [Error(str(problem), hint=hint, id="config.E004")]
    if settings.LOOKUP_KEY in settings.IDENTITY_KEYS:
        sentence = "LOOKUP_KEY is also one of IDENTITY_KEYS: whoever learns one would have both."
        return [Error(sentence, hint=hint, id="config.E004")]
    return []


@register(Tags.security)
def servers_are_named(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse addresses of other kinds of server than the project is written for."""
    wanted = {"DATABASE_URL": DATABASE_SCHEMES, "REDIS_URL": BROKER_SCHEMES}
    return [
        Error(
            f"{name} does not begin with {schemes[0]}://.",
            hint=f"Write it like {schemes[0]}://user:password@host:port/0.",
            id="config.E005",
        )
        for name, schemes in wanted.items()
        if urlsplit(getattr(settings, name)).scheme not in schemes
    ]


@register(Tags.security)
def proxies_are_counted(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse an impossible number of proxies."""
    if settings.TRUSTED_PROXIES >= 0:
        return []
    hint = "Count the proxies in front of the web process."
    return [Error("TRUSTED_PROXIES is below 0.", hint=hint, id="config.E006")]


@register
def security_contact_is_an_address(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse a contact that security.txt may not have, which is a URI on one line (RFC 9116)."""
    contact = settings.SECURITY_CONTACT
    if not contact or (
        contact.startswith(("mailto:", "https://", "tel:")) and contact.isascii() and contact.isprintable()
    ):
        return []
    hint = "Write it like mailto:security@service.example."
    return [
        Error("SECURITY_CONTACT is no address that begins with mailto:, https:// or tel:.", hint=hint, id="config.E011")
    ]


@register(Tags.security, deploy=True)
def somebody_ends_tls(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Warn when nobody in front speaks HTTPS, because every page would redirect to itself for ever."""
    if settings.EMBEDDED or settings.TRUSTED_PROXIES:
        return []
    return [
        CheckWarning(
            "TRUSTED_PROXIES is 0, so no request counts as HTTPS and every page redirects to itself.",
            hint="Set TRUSTED_PROXIES to the number of proxies between the internet and the web process.",
            id="config.W001",
        )
    ]
