"""The e-mails of the commitment index: to the heads of each agency, that its draft awaits the reply."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import acting_as
from accounts.roles import Role
from agencies.models import Agency
from kit.dates import day_digits
from notifications import outbox
from notifications.outbox import Notice
from reports.models import IndexEdition

TEMPLATE = "index_reply_open"
HEADS = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL})


def tell_agencies(edition: IndexEdition, *, at: datetime) -> None:
    """Owe the heads of each agency in a draft the link to it, in the caller's transaction.

    Once for each edition and agency: counting a draft again tells only agencies that were not in it before.
    """
    codes = [row["agency"] for row in edition.counts["agencies"]]
    owed = [
        (f"index:{edition.pk}:{agency.code}", notice)
        for agency in Agency.objects.filter(code__in=codes).order_by("pk")
        for notice in _notices(edition, agency, at)
    ]
    outbox.owe_all(owed, at=at)


def _notices(edition: IndexEdition, agency: Agency, at: datetime) -> Iterator[Notice]:
    def words() -> dict[str, str]:
        url = reverse("commitment-agency", args=[edition.pk, agency.code])
        return {
            "agency": agency.short_name,
            "date": day_digits(edition.reply_until),
            "url": f"{settings.PUBLIC_URL}{url}",
        }

    for user in acting_as(HEADS, timezone.localdate(at), agency=agency):
        yield from to_staff(TEMPLATE, user, words, by=BY_EMAIL)
