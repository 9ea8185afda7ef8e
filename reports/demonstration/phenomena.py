"""Phenomena of the demonstration: what the nightly search proposes, and one accepted with a commitment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, override

from accounts.models import User
from agencies.models import Agency, Governorate, Topic
from complaints.models import Case
from reports.models import Phenomenon, PhenomenonCase, PhenomenonEntryKind, PhenomenonState, ReportKind
from reports.periodic.calendar_periods import latest
from reports.phenomena import actions, batch
from reports.phenomena.batch import BEFORE_DAYS, RECENT_DAYS

#: Who records and who commits: accounts/data/demo_staff.csv and accounts/demo.py.
LINA, WATER_HEAD, WATER, TOPIC = "lina@cmu.example", "nadia@miyahuna.example", "miyahuna", "water-outage"
PLACE: Final = "JO-IR"
NAME: Final = gettext_noop("Water does not reach the upper floors on supply days")
CAUSE: Final = gettext_noop("The pressure falls where old pipes leak, and the supply ends before upper tanks are full.")
RECOMMENDATION: Final = gettext_noop("Replace the pipes named here, and lengthen the supply there until that is done.")
COMMITMENT: Final = gettext_noop(
    "The pipes are replaced street by street; until then supply days are two hours longer."
)
EVIDENCE: Final = gettext_noop("The first three streets are finished. Measured pressure has risen there.")
#: How long before the end of the last quarter, whose released report says what became of the commitment.
RECORDED, COMMITTED, SHOWN = timedelta(weeks=9), timedelta(weeks=8), timedelta(weeks=3)


def make(at: datetime) -> None:
    """Record one phenomenon with its commitment and evidence, and let the nightly search propose others."""
    unit, owner = User.objects.get(email=LINA), User.objects.get(email=WATER_HEAD)
    water, topic = Agency.objects.get(code=WATER), Topic.objects.get(code=TOPIC)
    (quarter,) = latest(ReportKind.QUARTER, today=timezone.localdate(at), number=1)
    end = quarter.ends_at
    said = actions.Description(_said(NAME), _said(CAUSE), _said(RECOMMENDATION), topic, None, water)
    found = actions.record_by_hand(said, by=unit, at=end - RECORDED)
    _join_cases(found, by=unit, at=end - RECORDED)
    due_on = timezone.localdate(at) + timedelta(days=30)
    actions.commit_to(
        found.pk, text=_said(COMMITMENT), due_on=due_on, version=found.version, by=owner, at=end - COMMITTED
    )
    found.refresh_from_db(fields=["version"])
    actions.add_evidence(found.pk, text=_said(EVIDENCE), version=found.version, by=owner, at=end - SHOWN)
    batch.find_phenomena(at=at)
    if not Phenomenon.objects.filter(state=PhenomenonState.PROPOSED).exists():
        _propose(topic, at=at)


def _propose(topic: Topic, *, at: datetime) -> None:
    """Propose the cases of one governorate, where the search saw nothing that grows beyond chance."""
    recent, before = (at - timedelta(days=days) for days in (RECENT_DAYS, RECENT_DAYS + BEFORE_DAYS))
    place = Governorate.objects.get(code=PLACE)
    cases = Case.objects.filter(topic=topic, governorate=place, filed_at__gt=before, filed_at__lte=at)
    found = Phenomenon.objects.create(
        name=f"{topic.name_ar}: {place.name_ar}",
        topic=topic,
        governorate=place,
        state=PhenomenonState.PROPOSED,
        recent=cases.filter(filed_at__gt=recent).count(),
        before=cases.filter(filed_at__lte=recent).count(),
        proposed_at=at,
        version=0,
    )
    rows = [PhenomenonCase(phenomenon=found, case=case, joined_at=at) for case in cases]
    PhenomenonCase.objects.bulk_create(rows, batch_size=1000)
    actions.record(found, PhenomenonEntryKind.PROPOSED, by=None, at=at)


def _join_cases(found: Phenomenon, *, by: User, at: datetime) -> None:
    """Join all cases of its topic and owner, as the unit and later the nightly search would."""
    cases = Case.objects.filter(topic=found.topic, agency=found.owner)
    rows = [PhenomenonCase(phenomenon=found, case=case, joined_at=at, joined_by=by) for case in cases]
    PhenomenonCase.objects.bulk_create(rows, batch_size=1000)


def _said(text: str) -> str:
    with override("ar"):
        return gettext(text)
