"""The one way to open a session: somebody is signed in, and the session says since when and where."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import login
from django.http import HttpRequest

from accounts.models import User
from accounts.sign_in import devices, sessions


def open_session(request: HttpRequest, user: User, *, backend: str, at: datetime) -> None:
    """Sign somebody in under a new key; the session ends ``sessions.LIFE`` after ``at`` at the latest."""
    login(request, user, backend=backend)
    request.session[sessions.BEGAN] = request.session[sessions.SEEN] = int(at.timestamp())
    request.session[sessions.PLACE] = devices.place(request)
