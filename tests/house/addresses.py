"""Every address of the system, read from the URLconf, so that a new one cannot be forgotten."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern

# The addresses of apps have names once they are read, which is after the others.
for _module in ("config.urls", "config.api"):
    import_module(_module)


def named() -> dict[str, set[str]]:
    """Return the names of all addresses but the admin's, each with the names of its parameters."""
    return {name: set(pattern.pattern.converters) for name, pattern in _patterns().items()}


def below(values: Mapping[str, str]) -> dict[str, str]:
    """Return every address by its name, with ``values`` for its parameters and something fitting for the others."""
    return {name: reverse(name, kwargs=_arguments(pattern, values)) for name, pattern in _patterns().items()}


#: What stands for a row that nobody made, by the kind of the parameter.
_OF_NOTHING = {
    "IntConverter": "1",
    "ReferenceConverter": "2699999990",
    "UUIDConverter": "00000000-0000-0000-0000-000000000000",
    "UUIDStrConverter": "00000000-0000-0000-0000-000000000000",
    "GeoReportFormConverter": "json",
}


def _arguments(pattern: URLPattern, values: Mapping[str, str]) -> dict[str, str]:
    converters = pattern.pattern.converters.items()
    return {name: values.get(name) or _OF_NOTHING.get(type(kind).__name__, "x") for name, kind in converters}


def _patterns() -> dict[str, URLPattern]:
    return {pattern.name or str(pattern.pattern): pattern for pattern in walk(get_resolver())}


def walk(resolver: URLResolver) -> Iterator[URLPattern]:
    """Yield the addresses below a resolver, but not the admin's."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        elif isinstance(entry.pattern, LocalePrefixPattern) or entry.app_name != "admin":
            yield from walk(entry)
