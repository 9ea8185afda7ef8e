"""Macros that the tests of this folder run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import Macro, MacroStep
from tests.cast import make_staff
from tests.prepared_rows import prepared

type Make = Callable[..., Macro]


@pytest.fixture
@prepared
def make_macro(water: Agency, nadia: User, now: datetime) -> Make:
    """Return a function that makes a macro of given steps, shared in the water company unless it has an owner."""

    def make(*steps: dict[str, Any], name: str = "تسرب في الشارع", **whose: object) -> Macro:
        values = {"agency": water, "changed_by": nadia, "changed_at": now, **whose}
        macro = Macro.objects.create(name=name, **values)
        MacroStep.objects.bulk_create(
            MacroStep(macro=macro, number=number, **step) for number, step in enumerate(steps, start=1)
        )
        macro.refresh_from_db()
        return macro

    return make


@pytest.fixture
@prepared
def hana(water: Agency) -> User:
    """The second officer of the water company."""
    return make_staff("hana@miyahuna.example", "هناء الزعبي", "Hana Zoubi", "+962790100007", water, Role.OFFICER)


@dataclass(frozen=True)
class Staff:
    """Officers and the supervisor of the water company, an officer of the municipality, one of the unit."""

    omar: User
    hana: User
    nadia: User
    yusuf: User
    lina: User


@pytest.fixture
@prepared
def staff(omar: User, hana: User, nadia: User, yusuf: User, lina: User) -> Staff:
    return Staff(omar, hana, nadia, yusuf, lina)
