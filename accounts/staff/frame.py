"""What every staff page of accounts shows around its middle."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.roles import CMU, DESK, Role
from kit.unit import unit_name


def frame(user: User, *, at: datetime) -> dict[str, Any]:
    """Return the office in the head of the page, and whether the page offers the search for cases."""
    authority = user.authority(at)
    held = [role for role in Role if authority.has({role})]
    office = unit_name() if authority.has(CMU) else str(held[0].label) if held else ""
    return {"office": office, "finds_cases": authority.has(CMU | DESK), "at": at}
