"""What the citizen's timeline says of single events beyond their title."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import Citizen, User
from complaints.actions import accept, close, rate
from complaints.case_text.history import texts_for_citizen
from complaints.case_text.timeline import timeline
from complaints.models import Case
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase

pytestmark = pytest.mark.usefixtures("english")


def texts(case: Case) -> list[str]:
    """Return the texts of the entries, the oldest first."""
    events = list(case.events.select_related("agency"))
    return [entry.text for entry in reversed(timeline(case, events, texts_for_citizen(case, events)))]


def test_filing_says_where_the_case_went_and_a_rating_what_was_rated(
    file_case: FileCase, amina: Citizen, omar: User, now: datetime
) -> None:
    case, unsent = file_case(), file_case(agency=None)
    accept(case, by=omar, at=now, days=2)
    close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    rate(case, by=amina.user, at=now + timedelta(hours=1), count=0, solved="partly", treated=2)
    filed, *_, rated = texts(case)
    assert (filed, rated) == ("Sent to Jordan Water Company.", "Partly solved")
    assert texts(unsent) == ["Government Complaints Management Unit finds the right agency."]
