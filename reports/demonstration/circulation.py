"""The circulation of the demonstration's released report: annexes, some opened, one answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext, gettext_noop, override

from accounts.models import User
from notifications.models import Message, MessageState
from reports.circulation import circulating
from reports.models import Annex, PeriodicReport

#: Who opens and answers: accounts/demo.py and accounts/data/demo_staff.csv.
WATER_HEAD, AMMAN_HEAD = "nadia@miyahuna.example", "supervisor@gam.example"
ANSWER: Final = gettext_noop(
    "We have read the figures. The delay comes from two districts, where a second team has begun to work. We will "
    "report on the late cases within two weeks."
)


def make(at: datetime) -> None:
    """Circulate what was released a minute after the release, and let two agencies open and one answer its annex."""
    released = PeriodicReport.objects.released().order_by("-released_at", "-pk").first()
    if released is None or released.released_at is None:
        return
    sent = min(at, released.released_at + timedelta(minutes=1))
    circulating.circulate_released(at=sent)
    _deliver(at=sent)
    for code, email in (("miyahuna", WATER_HEAD), ("gam", AMMAN_HEAD)):
        annex = Annex.objects.filter(agency__code=code).select_related("agency", "circulation").last()
        if annex is None:
            continue
        person, opened = User.objects.get(email=email), min(at, sent + timedelta(days=1))
        circulating.note_opening(annex, by=person, at=opened)
        if code == "miyahuna":
            with override("ar"):
                text = gettext(ANSWER)
            circulating.answer(annex, text, [], by=person, at=min(at, sent + timedelta(days=3)))


def _deliver(*, at: datetime) -> None:
    """Let the messages about annexes have arrived when they were sent, and not when the demonstration is started."""
    occasions = [circulating.released_occasion(annex) for annex in Annex.objects.all()]
    Message.objects.filter(occasion__in=occasions).update(state=MessageState.DELIVERED, accepted_at=at, settled_at=at)
