"""The header by which no other site can embed this one: for pages in middleware, for static files in WhiteNoise."""

from typing import Final
from wsgiref.headers import Headers

OWN_SITE: Final = ("Cross-Origin-Resource-Policy", "same-origin")


def add_to_static_file(headers: Headers, _path: str, _url: str) -> None:
    """Add the header to a static file; called by WhiteNoise."""
    headers.setdefault(*OWN_SITE)
