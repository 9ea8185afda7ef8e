"""Every address of the system, read from the URLconf, so that a new one cannot be forgotten."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern


def named() -> dict[str, set[str]]:
    """Return the names of all addresses but the admin's, each with the names of its parameters."""
    return {pattern.name or str(pattern.pattern): set(pattern.pattern.converters) for pattern in _walk(get_resolver())}


def _walk(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        elif isinstance(entry.pattern, LocalePrefixPattern) or entry.app_name != "admin":
            yield from _walk(entry)
