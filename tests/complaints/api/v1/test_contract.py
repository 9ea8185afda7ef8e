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
    """A long run: CONTRACT_EXAMPLES=300 CONTRACT_SEED=2 python3 run.py test tests/complaints/api/v1 -k contract."""
    at: datetime = timezone.now()
    words = {"subject": "تسرب أمام المدرسة", "details": "منذ أسبوع والماء يجري"}
    case = file(Filing(citizen=amina, kind="complaint", agency=water, topic=leak, **words), by=amina.user, at=at)
    draft = Draft.objects.create(citizen=amina, kind="complaint", updated_at=at)
    known = {"reference": case.reference, "draft": str(draft.pk)}
    examples, chance = (int(os.environ.get(f"CONTRACT_{name}", "1")) for name in ("EXAMPLES", "SEED"))
    found = break_contract(App(amina).headers, examples=examples, chance=chance, known=known, but={"sign_out"})
    assert found == {}
