"""Governorates, and the districts, towns and areas within them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.models.base import Coded, Named, Reference, Shipped


class Governorate(Coded, Named, Reference):
    """One of the twelve governorates; the code is that of ISO 3166-2:JO."""

    aliases = models.CharField(_("other names"), max_length=200, blank=True)
    sort_order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("governorate")
        verbose_name_plural = _("governorates")
        ordering = ["sort_order"]


class CityLevel(models.TextChoices):
    """The kind of a place within its governorate."""

    LIWA = "liwa", _("district (liwa)")
    TOWN = "town", _("town")
    GAM_AREA = "gam_area", _("area of Amman")


class City(Shipped, Named, Reference):
    """A district, a town, or an area of Amman."""

    governorate = models.ForeignKey(Governorate, models.PROTECT, related_name="cities", verbose_name=_("governorate"))
    level = models.CharField(_("level"), max_length=20, choices=CityLevel)
    is_centre = models.BooleanField(_("centre of its governorate"), default=False)
    is_active = models.BooleanField(_("offered"), default=True, db_default=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["governorate", "name_ar"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["governorate", "level", "name_ar"], name="city_once_per_governorate")
        ]
