"""Agencies' own sites: the origins at which the form of this service may be embedded."""

from __future__ import annotations

import re
from typing import ClassVar, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models.base import Reference, Shipped
from agencies.models.bodies import Agency

ORIGIN_LENGTH: Final = 200
#: A host as a browser sends it: letters, digits, hyphens and dots; names in other letters as xn--.
_HOST: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
#: The only hosts that are trusted without TLS: the own machine of who tries it out.
_OWN_MACHINE: Final = frozenset({"localhost", "127.0.0.1"})
WRONG_ORIGIN = _("Enter the address of the site without a page, such as https://www.agency.example")


def browser_origin(typed: str) -> str:
    """Return the origin of a typed address, as browsers write it: scheme, host and a port that is not the usual one.

    Raises ValidationError for what is no origin: a path, a name and password, a wildcard, or no TLS.
    """
    try:
        parts = urlsplit(typed.strip().lower())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValidationError(WRONG_ORIGIN, code="invalid") from None
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _OWN_MACHINE)
    if not (is_bare and is_safe and _HOST.fullmatch(host)):
        raise ValidationError(WRONG_ORIGIN, code="invalid")
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


class AgencySite(Shipped, Reference):
    """A site of an agency, registered by the unit; its pages may frame the embedded form of that agency."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="sites", verbose_name=_("agency"))
    origin = models.CharField(
        _("address of the site"),
        max_length=ORIGIN_LENGTH,
        unique=True,
        help_text=_("Without a page, such as https://www.agency.example"),
    )
    is_active = models.BooleanField(_("offered"), default=True, db_default=True)

    class Meta:
        verbose_name = _("agency's website")
        verbose_name_plural = _("agencies' websites")
        ordering = ["origin"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(origin__regex=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$"), name="agency_site_is_origin"
            )
        ]

    def __str__(self) -> str:
        return self.origin

    def clean(self) -> None:
        """Write the address as browsers do, and refuse what is no origin."""
        super().clean()
        try:
            self.origin = browser_origin(self.origin)
        except ValidationError as wrong:
            raise ValidationError({"origin": wrong}) from None
