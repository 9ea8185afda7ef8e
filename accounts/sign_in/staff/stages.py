"""The stages of a sign-in of staff: between password and factor nobody is signed in, and the session says who may."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.sign_in.backends import STAFF_BACKEND
from accounts.sign_in.factors.step_up import FACTOR_AT
from accounts.sign_in.opening import open_session

logger = logging.getLogger(__name__)

#: How long after the password the factor may be given, and how long a first one may be enrolled.
LIFE: Final = timedelta(minutes=5)
ENROLMENT_LIFE: Final = timedelta(minutes=30)
PENDING: Final = "pending_staff"


def begin(request: HttpRequest, user: User, *, then: str, at: datetime) -> None:
    """Note who gave the right password, and where the person wants to go, under a new key of the session."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": str(user.pk),
        "password": user.get_session_auth_hash(),
        "at": int(at.timestamp()),
        "then": then,
    }
    logger.info("the password of a member of staff was right", extra={"user_id": str(user.pk)})


def pending_user(request: HttpRequest, *, at: datetime, life: timedelta = LIFE) -> User | None:
    """Return who gave the right password within ``life``, unless it was changed since; one query."""
    pending = request.session.get(PENDING)
    if pending is None or at.timestamp() - pending["at"] > life.total_seconds():
        return None
    user = User.objects.filter(pk=pending["user"], is_staff=True, is_active=True).first()
    if user is None or not constant_time_compare(pending["password"], user.get_session_auth_hash()):
        return None
    return user


def complete(request: HttpRequest, user: User, *, at: datetime) -> str:
    """Sign in the person who has given the factor; return where they want to go. The only way into a staff session."""
    then: str = request.session.pop(PENDING)["then"]
    open_session(request, user, backend=STAFF_BACKEND, at=at)
    request.session[FACTOR_AT] = int(at.timestamp())
    logger.info("somebody signed in", extra={"user_id": str(user.pk), "staff": True})
    return then
