"""Editions of the usage policy that the unit writes: two people, both languages, from a day on."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models.users import User

TEXT_LENGTH: Final = 20_000
CHANGED_LENGTH: Final = 400


class EditionState(models.TextChoices):
    """Where an edition stands; only a proposed one is decided, once."""

    PROPOSED = "proposed", _("Waiting for a second person")
    AGREED = "agreed", _("Agreed")
    REFUSED = "refused", pgettext_lazy("an edition", "Refused")


class PolicyEdition(models.Model):
    """An edition of the usage policy: in force from its day on, if a second person agreed.

    People accept exactly its words, so a trigger refuses to change or delete it once it was decided.
    """

    effective_from = models.DateField()
    text_ar = models.TextField(max_length=TEXT_LENGTH)
    text_en = models.TextField(max_length=TEXT_LENGTH)
    changed_ar = models.CharField(max_length=CHANGED_LENGTH)
    changed_en = models.CharField(max_length=CHANGED_LENGTH)
    state = models.CharField(max_length=8, choices=EditionState, default=EditionState.PROPOSED)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("edition of the usage policy")
        verbose_name_plural = _("editions of the usage policy")
        ordering: ClassVar = ["-effective_from", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["effective_from"], condition=~Q(state="refused"), name="policyedition_one_a_day"
            ),
            models.CheckConstraint(condition=Q(state__in=EditionState.values), name="policyedition_state_known"),
            models.CheckConstraint(
                condition=~Q(text_ar="") & ~Q(text_en="") & ~Q(changed_ar="") & ~Q(changed_en=""),
                name="policyedition_in_both_languages",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="policyedition_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | ~Q(decided_by=F("written_by")), name="policyedition_takes_two"
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def version(self) -> str:
        """Return the name under which people accept it: the day from which it is in force."""
        return self.effective_from.isoformat()

    def text(self, language: str) -> str:
        """Return its words."""
        return self.text_en if language == "en" else self.text_ar

    def changed(self, language: str) -> str:
        """Return in a sentence what is new in it."""
        return self.changed_en if language == "en" else self.changed_ar
