"""By which mandate somebody files: by one of their own that is in force."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Citizen, MandateOver
from complaints.permissions.policy import locked
from tests.complaints.mandates import give_mandate


def test_nobody_files_by_a_mandate_that_is_not_theirs_or_is_over(amina: Citizen, karim: Citizen, now: datetime) -> None:
    mandate = give_mandate(amina, karim, at=now)
    assert amina.user
    assert karim.user
    with transaction.atomic():
        assert locked(mandate.pk, karim.user, at=now) == mandate
        for key, by in ((mandate.pk, amina.user), (uuid4(), karim.user)):
            with pytest.raises(PermissionDenied):
                locked(key, by, at=now)
        with pytest.raises(MandateOver):
            locked(mandate.pk, karim.user, at=mandate.ends_at)
