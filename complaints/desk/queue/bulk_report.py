"""What became of cases to which one action was applied, and undoing it for all of them by one press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from complaints.desk.acts.decisions.typed_again import undo_and_keep_typed
from complaints.desk.queue.bulk import MOST, BulkResult, Choice, apply, read_choices
from complaints.desk.queue.list_address import queue_address
from complaints.models import Case
from complaints.permissions import policy, send_window
from complaints.staff.acts.undo_words import left_words
from complaints.staff.frame import CASEWORK, frame
from complaints.workflow import Action


def report(results: Sequence[BulkResult], *, by: User, at: datetime) -> dict[str, object]:
    """Return what the page of the results says of them, and which of the cases ``by`` can undo the action to."""
    done = sum(result.is_done for result in results)
    left = len(results) - done
    undoable = [result.case for result in results if result.is_done and result.case and _may_undo(result.case, by, at)]
    until = min((end for case in undoable if (end := send_window.ends_at(case, at=at))), default=None)
    return {
        "results": results,
        "done": ngettext("Applied to %(count)s case.", "Applied to %(count)s cases.", done) % {"count": done},
        "left": ngettext("%(count)s case was not changed.", "%(count)s cases were not changed.", left) % {"count": left}
        if left
        else "",
        "undoable": [Choice.of(case) for case in undoable],
        "undo_left": left_words(until, at=at),
    }


def _may_undo(case: Case, user: User, at: datetime) -> bool:
    return policy.may(case, Action.UNDO, user, at=at)


@staff_required(CASEWORK)
@require_POST
def bulk_undo(request: HttpRequest) -> HttpResponse:
    """Undo the last step of every case that was ticked, each by itself, and say of each whether that was possible."""
    user, at = signed_in_user(request), timezone.now()
    chosen, list_url = read_choices(request.POST.getlist("case"))[:MOST], queue_address(request.POST)
    if not chosen:
        messages.warning(request, gettext("There is nothing to undo."))
        return redirect(list_url)

    def undo(case: Case) -> bool:
        undo_and_keep_typed(case, by=user, at=at)
        return True

    # An answer is undone with those of its linked cases, which are locked together, in their order.
    undone = gettext("Undone. No message was sent. What you wrote is kept in the form.")
    results = [
        replace(result, words=undone) if result.is_done else result
        for result in apply(chosen, undo, by=user, at=at, locks=False)
    ]
    context = {
        "title": gettext("Undo"),
        "list_url": list_url,
        "list_query": request.POST.get("list_query", ""),
        **frame(user, at=at),
        **report(results, by=user, at=at),
    }
    return render(request, "complaints/desk/queue/bulk_done.html", context)
