"""The ways by which a case comes in: channels, keys of outside programs, forms on agencies' own sites."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a case came in."""

    WEB = "web", _("Website")
    APP = "app", _("Smartphone app")
    PHONE = "phone", _("National Contact Centre")
    AGENCY_SITE = "agency_site", _("Agency's website")
    LETTER = "letter", _("Paper letter")
    VISIT = "visit", _("Visit in person")
    EMAIL = "email", _("E-mail")
    PROGRAM = "program", _("Interface for programs")


class NotifyBy(models.TextChoices):
    """The channel on which the citizen gets messages."""

    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")


# ---- Keys by which other programs file cases, and which cases came by them. ----


class ProgramKey(models.Model):
    """The key of a program of an agency or of a partner; only its hash is stored.

    Cases that come by it belong to ``contact``, who answers for the program and passes answers on to its users.
    """

    name = models.CharField(_("name of the program"), max_length=80)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.ForeignKey("accounts.Citizen", models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    ends_with = models.CharField(max_length=4)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("key of a program")
        verbose_name_plural = _("keys of programs")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="programkey_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProgramCase(models.Model):
    """That a case came by the key of a program; ``token`` is what the program asks for its number by."""

    case = models.OneToOneField("complaints.Case", models.CASCADE, primary_key=True, related_name="program_case")
    key = models.ForeignKey(ProgramKey, models.PROTECT, related_name="cases")
    token = models.CharField(max_length=40, unique=True)

    class Meta:
        verbose_name = _("case of a program")

    def __str__(self) -> str:
        return str(self.case_id)


# ---- Which of an agency's own sites a case came through. ----


class SiteCase(models.Model):
    """A case that was begun on an agency's own site; its channel says so too."""

    case = models.OneToOneField("complaints.Case", models.CASCADE, primary_key=True, related_name="+")
    site = models.ForeignKey("agencies.AgencySite", models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("case from an agency's website")
        verbose_name_plural = _("cases from agencies' websites")
        indexes: ClassVar = [models.Index(fields=["site", "filed_at"], name="site_case_by_day")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.site_id}"
