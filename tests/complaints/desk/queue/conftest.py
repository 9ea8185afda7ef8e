"""A colleague of omar's, whose cases stand beside his in the queue, and a case of each kind."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.actions import accept, ask, close
from complaints.models import Case
from tests.cast import make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.prepared_rows import prepared


@pytest.fixture
@prepared
def hana(water: Agency) -> User:
    """The second officer of the water company."""
    return make_staff("hana@miyahuna.example", "هناء الزعبي", "Hana Zoubi", "+962790100007", water, Role.OFFICER)


@pytest.fixture
@prepared
def one_of_each(file_case: FileCase, omar: User, now: datetime) -> dict[str, Case]:
    """A case in the state of each of these tabs."""
    made = {name: file_case(at=now - timedelta(days=days)) for name, days in _DAYS.items()}
    for name in ("progress", "waiting", "closed"):
        accept(made[name], by=omar, at=now, days=2)
    ask(made["waiting"], by=omar, at=now, text="هل المشكلة في الشارع كله؟")
    close(made["closed"], by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    return made


_DAYS = {"competence": 0, "progress": 0, "waiting": 0, "late": 8, "closed": 0}
