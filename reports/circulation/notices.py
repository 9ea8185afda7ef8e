"""The e-mails of a circulation: to the addressee, to the heads of the agencies, to the unit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import User, acting_as
from kit.dates import day_digits
from notifications import outbox
from reports.circulation.permissions import ADDRESSEE
from reports.directives.notices import heads, unit_heads
from reports.models import Annex, Circulation


def released_occasion(annex: Annex) -> str:
    """Return the occasion of the first message about an annex, by which its delivery is found."""
    return f"annex:{annex.pk}"


def tell_addressee(circulation: Circulation, *, at: datetime) -> None:
    """Owe the addressee the link to a released report, in the caller's transaction; once for each circulation."""

    def words() -> dict[str, str]:
        url = reverse("circulation", args=[circulation.pk])
        return {"date": day_digits(circulation.report.last), "url": f"{settings.PUBLIC_URL}{url}"}

    people = acting_as(ADDRESSEE, timezone.localdate(at))
    notices = [each for user in people for each in to_staff("report_released", user, words, by=BY_EMAIL)]
    outbox.owe(notices, occasion=f"circulation:{circulation.pk}", at=at)


def tell_agency(annex: Annex, template: str, *, occasion: str, at: datetime) -> None:
    """Owe the heads of the agency of ``annex``, or of its successor, a message with the link to it."""
    _owe(annex, template, heads(annex.agency, timezone.localdate(at)), occasion=occasion, at=at)


def tell_unit(annex: Annex, template: str, *, occasion: str, at: datetime) -> None:
    """Owe the head of the unit a message with the link to an annex."""
    _owe(annex, template, unit_heads(timezone.localdate(at)), occasion=f"{occasion}:unit", at=at)


def _owe(annex: Annex, template: str, people: Iterable[User], *, occasion: str, at: datetime) -> None:
    def words() -> dict[str, str]:
        return {
            "agency": annex.agency.short_name,
            "date": day_digits(annex.circulation.answer_by),
            "url": f"{settings.PUBLIC_URL}{reverse('annex', args=[annex.pk])}",
        }

    notices = [each for user in people for each in to_staff(template, user, words, by=BY_EMAIL)]
    outbox.owe(notices, occasion=occasion, at=at)
