"""The phenomena and the records of the demonstration."""

from datetime import datetime

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency, Governorate, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from complaints.models import TrackRecordCount
from reports.demonstration import phenomena, track_record
from reports.models import Phenomenon
from reports.periodic.facts import commitments


@pytest.mark.django_db
@pytest.mark.usefixtures("omar")
def test_a_phenomenon_has_its_cases_and_its_commitment_and_records_are_counted(
    lina: User,
    nadia: User,
    amina: Citizen,
    water: Agency,
    leak: Topic,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    irbid = {"name_ar": "إربد", "name_en": "Irbid", "sort_order": 1}
    Governorate.objects.get_or_create(code=phenomena.PLACE, defaults=irbid)
    said = Filing(citizen=amina, kind="complaint", agency=water, topic=leak, subject="تسرب", details="ماء")
    file(said, by=amina.user, at=now)
    for name, value in (("LINA", lina.email), ("WATER_HEAD", nadia.email), ("TOPIC", leak.code)):
        monkeypatch.setattr(phenomena, name, value)
    phenomena.make(now)
    assert Phenomenon.objects.get(state="proposed").entries.count() == 1
    found = Phenomenon.objects.get(state="accepted")
    assert (found.owner, found.cases.count(), found.entries.count()) == (water, 1, 3)
    assert found.commitment
    # The released report of the last quarter tells the commitment, and that its keeping was shown.
    (promised,) = commitments(datetime.fromisoformat("2026-01-01T00:00:00+03:00"))
    assert promised["evidence_on"] == "2025-12-11"
    track_record.make(now)
    assert TrackRecordCount.objects.filter(agency=water, counted_on__isnull=False).exists()
