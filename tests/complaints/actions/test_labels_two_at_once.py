"""Two people put the same label on a case, or take it off, at the same moment: it is done and recorded once."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest

from accounts.models import User
from complaints.actions import label, unlabel
from complaints.engine.history import rewritten
from complaints.models import Case, CaseEvent, Label
from tests.complaints.threads import at_once, copy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]


def test_the_same_label_is_put_on_and_taken_off_once(referred: Case, omar: User, nadia: User, now: datetime) -> None:
    for act, are_on in ((label, 1), (unlabel, 0), (label, 1)):
        pairs = [(copy(referred), by) for by in (omar, nadia) * 2]
        acts = (partial(act, case, by=by, at=now, name="خط") for case, by in pairs)
        outcomes = at_once(*acts)
        assert sorted(map(str, outcomes)) == ["False"] * 3 + ["True"]
        assert Label.objects.count() == are_on
    assert CaseEvent.objects.filter(action="label").count() == 3
    assert list(rewritten()) == []
