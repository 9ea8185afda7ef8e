"""When a member of staff last opened a case: what changed since then is new to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

#: What changed longer ago is news to nobody, and a mark as old tells nothing.
NEWS_LASTS: Final = timedelta(days=14)


class ReadMarkQuerySet(models.QuerySet["ReadMark"]):
    """Queries for read marks."""

    def outdated(self, *, at: datetime) -> Self:
        """Return the marks without which the same cases are new: whatever changed lately has changed after them."""
        return self.filter(seen_at__lte=at - NEWS_LASTS)


class ReadMark(models.Model):
    """When a member of staff last opened the page of a case: one row for each person and case, for a fortnight."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_index=True)

    objects = ReadMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("read mark")
        verbose_name_plural = _("read marks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "case"], name="readmark_once_for_person_and_case"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.case_id}"
