"""The page on which a person reads what they left unsent: to go on, to begin again, or to copy it a last time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.decorators import signed_in_user
from complaints.unsent_forms import store


def own_unsent_form(http: HttpRequest, pk: UUID, *, at: datetime) -> store.UnsentText:
    """Return the unsent form ``pk`` of the signed-in user or raise Http404, alike for a missing one and another's."""
    found = store.find_by_id(signed_in_user(http), pk, at=at)
    if found is None:
        raise Http404
    return found


def begin_again(http: HttpRequest, unsent: store.UnsentText) -> HttpResponse:
    """Delete what was left unsent; go to the empty form, or to the start where it can no longer be sent."""
    user = signed_in_user(http)
    store.discard(user, unsent.row.path)
    if unsent.row.ended_at is None:
        return redirect(unsent.url)
    return redirect("desk" if user.is_staff else "cases")
