"""The interface answers what its document says, whatever is sent."""

from __future__ import annotations

import os
from datetime import datetime

from django.utils import timezone

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from complaints.models import Draft
from tests.app_client import App
from tests.complaints.api.v1.contract import break_contract


def test_no_request_made_from_the_document_is_answered_otherwise(
    amina: Citizen, water: Agency, leak: Topic, omar: User
) -> None:
    """A long run: CONTRACT_EXAMPLES=300 python3 run.py test tests/complaints/api/v1/test_contract.py."""
    at: datetime = timezone.now()
    words = {"subject": "تسرب أمام المدرسة", "details": "منذ أسبوع والماء يجري"}
    case = file(Filing(citizen=amina, kind="complaint", agency=water, topic=leak, **words), by=amina.user, at=at)
    draft = Draft.objects.create(citizen=amina, kind="complaint", updated_at=at)
    known = {"reference": case.reference, "draft": str(draft.pk)}
    examples = int(os.environ.get("CONTRACT_EXAMPLES", "1"))
    assert break_contract(App(amina).headers, examples=examples, known=known, but={"sign_out"}) == {}
