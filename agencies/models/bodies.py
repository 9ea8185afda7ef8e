"""Agencies in a tree, their directorates, and centres outside the system."""

from __future__ import annotations

import re
from datetime import date
from typing import ClassVar, Final, Self
from urllib.parse import urlsplit

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import get_language, gettext_lazy as _

from agencies.models.base import Coded, Dated, Named, Reference, Shipped, holding, stripped
from agencies.models.places import Governorate
from kit.arabic import strip_prefixes

#: The longest short names: an SMS in Arabic has 70 characters, and this many are left for the agency.
SHORT_NAME_AR = 18
SHORT_NAME_EN = 24
#: The weight of a match in the services, relative to the same match in the names.
SERVICE_WEIGHT = 0.7
NAMES = ("name_ar", "short_name_ar", "name_en", "short_name_en", "aliases_ar")


class AgencyKind(models.TextChoices):
    """The legal form of an agency."""

    MINISTRY = "ministry", _("ministry")
    DEPARTMENT = "department", _("department")
    BUREAU = "bureau", _("bureau")
    COMMISSION = "commission", _("commission")
    INSTITUTION = "institution", _("institution")
    AUTHORITY = "authority", _("authority")
    COUNCIL = "council", _("council")
    FUND = "fund", _("fund")
    COMPANY = "company", _("government company")
    MUNICIPALITY = "municipality", _("municipality")
    GOVERNORATE = "governorate", _("governor's office")
    UNIVERSITY = "university", _("university")
    HOSPITAL = "hospital", _("hospital")
    SECURITY = "security", _("public security")
    UNIT = "unit", _("unit")


class Sector(models.TextChoices):
    """The field an agency works in."""

    PUBLIC_ADMIN = "public_admin", _("public administration")
    INTERIOR_SECURITY = "interior_security", _("interior and security")
    JUSTICE = "justice", _("justice")
    FINANCE_TAX = "finance_tax", _("finance and tax")
    OVERSIGHT = "oversight", _("oversight")
    EDUCATION = "education", _("education")
    HIGHER_EDUCATION = "higher_education", _("higher education")
    HEALTH = "health", _("health")
    LABOUR_SOCIAL = "labour_social", _("work and social protection")
    MUNICIPAL = "municipal", _("municipal services")
    ROADS_HOUSING = "roads_housing", _("roads and housing")
    TRANSPORT = "transport", _("transport")
    WATER = "water", _("water")
    ENERGY = "energy", _("energy")
    TRADE_CONSUMER = "trade_consumer", _("trade and consumers")
    AGRICULTURE_ENV = "agriculture_env", _("agriculture and environment")
    TOURISM_CULTURE = "tourism_culture", _("tourism and culture")
    YOUTH_SPORT = "youth_sport", _("youth and sport")
    RELIGIOUS = "religious", _("religious affairs")
    DIGITAL_TELECOM = "digital_telecom", _("digital economy and telecoms")
    INVESTMENT = "investment", _("investment")
    MEDIA = "media", _("media")


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Queries for agencies."""

    def existing(self, *, on: date) -> Self:
        """Return the agencies that exist on a day."""
        return self.filter(holding(on))

    def complainable(self, *, on: date) -> Self:
        """Return the agencies that can be complained about on a day."""
        return self.existing(on=on).filter(is_complainable=True)

    def matching(self, text: str) -> Self:
        """Return the agencies whose names, aliases or services match ``text``, the best match first.

        Every word must match somewhere: as a part of the text, or similar to one of its words. Names weigh more than
        services.
        """
        words = strip_prefixes(text).split()
        if not words:
            return self.none()
        return self._matching_all(words).order_by("-fit", Length("name_ar"), "name_ar", "pk")

    def _matching_all(self, words: list[str]) -> Self:
        whole = " ".join(words)
        every = Q()
        for word in words:
            every &= Q(folded__contains=word) | Q(folded__trigram_word_similar=word)
        named = TrigramWordSimilarity(whole, stripped(*NAMES))
        served = TrigramWordSimilarity(whole, "folded") * SERVICE_WEIGHT
        return self.filter(every).annotate(fit=Greatest(named, served))


class Agency(Coded, Named, Dated, Reference):
    """A government body, in a tree; it gets a last day when it is merged or abolished."""

    short_name_ar = models.CharField(_("short name in Arabic"), max_length=SHORT_NAME_AR, help_text=_("For SMS"))
    short_name_en = models.CharField(_("short name in English"), max_length=SHORT_NAME_EN, help_text=_("For SMS"))
    kind = models.CharField(_("kind"), max_length=20, choices=AgencyKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent agency")
    )
    sector = models.CharField(_("sector"), max_length=30, choices=Sector)
    services_ar = models.TextField(_("services"), blank=True, help_text=_("Words people use to search for this agency"))
    aliases_ar = models.CharField(_("other names"), max_length=300, blank=True)
    governorate = models.ForeignKey(
        Governorate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("governorate")
    )
    is_complainable = models.BooleanField(_("can be complained about"), default=True)
    is_core = models.BooleanField(_("one of the 86 agencies connected to the system"), default=False)
    notes = models.TextField(_("notes"), blank=True)
    has_system = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Its cases go to a case system of its own; a copy, so that a change of a case need not ask.",
    )
    renamed_on = models.DateField(
        _("renamed on"), null=True, blank=True, editable=False, help_text="The last day a name changed; null for never."
    )
    folded = models.GeneratedField(
        expression=stripped(*NAMES, "services_ar"), output_field=models.TextField(), db_persist=True, editable=False
    )

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["name_ar"]
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=~Q(parent=F("id")), name="agency_is_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(LessThanOrEqual(Length("short_name_ar"), SHORT_NAME_AR)),
                name="agency_short_name_ar_fits_sms",
            ),
            models.CheckConstraint(
                condition=Q(LessThanOrEqual(Length("short_name_en"), SHORT_NAME_EN)),
                name="agency_short_name_en_fits_sms",
            ),
            models.UniqueConstraint(
                fields=["short_name_ar"],
                condition=Q(ends_on=None),
                name="living_agencies_differ_in_short_name",
                violation_error_message=_("Another agency already has this short name"),
            ),
        ]
        indexes: ClassVar = [GinIndex(OpClass(F("folded"), name="gin_trgm_ops"), name="agency_folded_trigrams")]

    @property
    def short_name(self) -> str:
        """Return the short name in the language of the reader."""
        return self.short_name_en if get_language() == "en" else self.short_name_ar

    def clean(self) -> None:
        """Refuse a parent that stands below the agency itself."""
        super().clean()
        if self.parent is not None and self.pk in self.parent.lineage():
            raise ValidationError({"parent": _("This agency is below the agency itself. Choose another one.")})

    def is_complainable_on(self, day: date) -> bool:
        """Tell whether the agency can be complained about on a day, as ``complainable`` does."""
        begun = self.starts_on is None or self.starts_on <= day
        return self.is_complainable and begun and (self.ends_on is None or self.ends_on >= day)

    def lineage(self) -> list[int]:
        """Return the keys of the agency and of those above it, the nearest first; one query for each level."""
        found: list[int] = []
        above: Agency | None = self
        while above is not None and above.pk not in found:
            found.append(above.pk)
            above = above.parent
        return found


class Directorate(Shipped, Named, Reference):
    """A technical directorate within an agency."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="directorates", verbose_name=_("agency"))
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("Requests to the directorate are sent to this address")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("directorate")
        verbose_name_plural = _("directorates")
        ordering = ["agency", "name_ar"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "name_ar"], name="directorate_once_per_agency")
        ]


class OutsideCentre(Coded, Named, Reference):
    """A hotline outside the system to which cases are handed over, such as 117116 for water."""

    phone = models.CharField(_("phone number"), max_length=20)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )
    email = models.EmailField(
        _("e-mail"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Cases are announced to this address, if the centre has no interface"),
    )
    is_active = models.BooleanField(_("offered"), default=True, db_default=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        verbose_name = _("outside centre")
        verbose_name_plural = _("outside centres")
        ordering = ["code"]


class CentreMeaning(models.TextChoices):
    """What a report of an outside centre means here."""

    RECEIVED = "received", _("received")
    IN_WORK = "in_work", _("being worked on")
    ANSWERED = "answered", _("answered")
    REFUSED = "refused", _("not taken on")


class CentreState(Shipped, Reference):
    """A word by which one outside centre says how a case stands, and what it means here."""

    centre = models.ForeignKey(OutsideCentre, models.PROTECT, related_name="states", verbose_name=_("outside centre"))
    word = models.CharField(
        _("the centre's word"), max_length=60, help_text=_("Exactly as the centre's interface sends it")
    )
    meaning = models.CharField(_("meaning"), max_length=10, choices=CentreMeaning)
    is_active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta:
        verbose_name = _("state of an outside centre")
        verbose_name_plural = _("states of outside centres")
        ordering = ["centre", "word"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["centre", "word"],
                name="centrestate_once",
                violation_error_message=_("The centre already has this word"),
            ),
            models.CheckConstraint(condition=Q(meaning__in=CentreMeaning.values), name="centrestate_meaning_known"),
        ]

    def __str__(self) -> str:
        return f"{self.word}: {self.get_meaning_display()}"


# ---- Agencies' own sites: the origins at which the form of this service may be embedded. ----


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
