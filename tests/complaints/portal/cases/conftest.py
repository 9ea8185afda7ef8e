"""A case of amina's that waits for her answer."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from complaints import actions
from complaints.models import Case
from tests.complaints.portal.cases.browsing import QUESTION
from tests.prepared_rows import prepared


@pytest.fixture
@prepared
def asked(accepted: Case, omar: User, now: datetime) -> Case:
    """A case that waits for amina's answer."""
    actions.ask(accepted, by=omar, at=now + timedelta(hours=1), text=QUESTION)
    return accepted
