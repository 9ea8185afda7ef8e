"""The ways by which a case comes in, and by which its citizen gets messages."""

from __future__ import annotations

from django.db import models
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
