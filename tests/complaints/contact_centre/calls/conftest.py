"""A call the contact centre has to make."""

import pytest

from complaints.models import Case
from notifications.models import CallTask
from tests.complaints.message_states import put, told
from tests.prepared_rows import prepared


@pytest.fixture
@prepared
def to_call(referred: Case) -> CallTask:
    """The task of calling amina, whom the receipt of her case did not reach."""
    return CallTask.objects.create(message=put(told(referred), "undeliverable", settled_at=referred.filed_at))
