"""Which answer of a case stands: what is rated, and what a problem comes back after."""

from __future__ import annotations

from datetime import datetime

import pytest

from accounts.models import User
from complaints.actions import close, undo
from complaints.models import Case
from complaints.permissions.policy import standing_answer
from complaints.workflow import Action
from tests.complaints import DONE, FOUND


@pytest.mark.usefixtures("undo_window")
def test_an_answer_stands_until_it_is_undone(accepted: Case, omar: User, now: datetime) -> None:
    assert standing_answer(accepted) is None
    for _turn in range(2):
        close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
        assert standing_answer(accepted) == accepted.events.filter(action=Action.CLOSE).latest("number")
        undo(accepted, by=omar, at=now)
        assert standing_answer(accepted) is None
