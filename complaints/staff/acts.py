"""What all acts of the desk share: the case through its door, who may, a page gone stale, and two people at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrPromise

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU, DESK
from complaints.case_text.clock_history import has_moved
from complaints.case_text.history import action_label, actor_label
from complaints.case_text.message_preview import preview
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, CaseEvent, RefusalReason
from complaints.permissions import policy, rulings
from complaints.permissions.lost_access import how_it_left
from complaints.staff.frame import CASEWORK, frame
from complaints.staff.loading import case_context, load
from complaints.visibility.identity import CaseVisibility, StaffVisibility
from complaints.workflow import Action
from kit.forms import Form

type View = Callable[..., HttpResponse]

#: The boxes whose words are kept for a person who came second, with their headings.
_KEPT: dict[str, StrPromise] = {
    "found": _("What did you find?"),
    "done": _("What did you do?"),
    "text": _("Your text"),
    "reason": _("Reason"),
    "reasons": _("Reason"),
}


class Stale(Exception):
    """The case has changed since the page was opened."""


@dataclass(kw_only=True)
class Doing:
    """One person about to do one thing to one case."""

    request: HttpRequest
    user: User
    case: Case
    at: datetime
    what: Action
    template: str
    form: Form | None = field(default=None)

    @property
    def data(self) -> QueryDict | None:
        """Return what was sent, None while the page is only being opened."""
        return self.request.POST if self.request.method == "POST" else None

    def is_sent(self, form: Form) -> bool:
        """Tell whether ``form`` is complete and meant to be sent, not only looked at.

        Locks the case until the act is done; raises ``Stale`` when it has changed since the page was opened.
        """
        self.form = form
        if self.data is None:
            return False
        held = Case.objects.select_for_update(of=("self",)).values_list("version", flat=True).get(pk=self.case.pk)
        seen = self.data.get("version", "")
        if seen != str(held) and (not seen.isdecimal() or has_moved(self.case, since=int(seen[:9]))):
            raise Stale
        return form.is_valid() and "send" in self.data and "change" not in self.data

    @property
    def reading(self) -> CaseVisibility:
        """Return the case as this person reads it."""
        return StaffVisibility(self.user, self.at).of(self.case)

    @property
    def is_checked(self) -> bool:
        """Tell whether the form is complete and to be confirmed before it is sent."""
        return self.data is not None and "change" not in self.data and self.form is not None and self.form.is_valid()

    def page(self, **context: Any) -> HttpResponse:
        """Show the page of the act, with its form."""
        around = case_context(self.case, self.user, at=self.at)
        foretold = preview(self.what, self.case, at=self.at)
        return render(self.request, self.template, {"form": self.form, "foretold": foretold, **around, **context})

    def refuse(self, words: str) -> HttpResponse:
        """Say why the act makes no sense now and go back to the case."""
        messages.warning(self.request, words)
        return redirect("desk-case", self.case.reference)

    def done(self, words: str) -> HttpResponse:
        """Say what happened and go to the case, or to the queue where the case is no work of theirs now."""
        messages.success(self.request, words)
        if Case.objects.at_desk_of(self.user, at=self.at).filter(pk=self.case.pk).exists():
            return redirect("desk-case", self.case.reference)
        return redirect("desk")


def act(what: Action, template: str) -> Callable[[Callable[[Doing], HttpResponse]], View]:
    """Make a page of the desk out of a function that takes a ``Doing``.

    Staff who cannot see the case, or may never do this to it, get 404. Who comes second gets 409 with what was done, by
    whom and when, and keeps what was typed; nothing is written then.
    """

    def decorate(view: Callable[[Doing], HttpResponse]) -> View:
        @staff_required(CASEWORK)
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def page(request: HttpRequest, ref: str) -> HttpResponse:
            user, at = signed_in_user(request), timezone.now()
            try:
                case = load(user, ref, at=at)
            except Http404:
                return _left(request, user, ref, at=at)
            if not (_is_entitled(case, what, user, at=at) or _is_ruled(case, what, user, at=at)):
                return _left(request, user, ref, at=at)
            doing = Doing(request=request, user=user, case=case, at=at, what=what, template=template)
            if request.method != "POST" and not _fits(case, what, at=at):
                return _second(doing)
            return _do(view, doing)

        return page

    return decorate


def _do(view: Callable[[Doing], HttpResponse], doing: Doing) -> HttpResponse:
    if doing.data is None:
        return view(doing)
    try:
        with transaction.atomic():
            return view(doing)
    except (Stale, TransitionNotAllowed):
        return _second(doing)
    except NotEntitled:
        raise Http404 from None


def _fits(case: Case, what: Action, *, at: datetime) -> bool:
    return policy.fits(case, what, at=at)


def _is_entitled(case: Case, what: Action, user: User, *, at: datetime) -> bool:
    return policy.is_entitled(case, what, user, at=at)


def _is_ruled(case: Case, what: Action, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` of the unit comes with a ruling too late: nobody is entitled to one by then."""
    is_ruling = what in {Action.UPHOLD, Action.DISMISS}
    return is_ruling and user.authority(at).has(CMU) and not _fits(case, what, at=at)


def _second(doing: Doing) -> HttpResponse:
    """Tell who came second what was done before: with the form again where the act still applies."""
    try:
        doing.case = load(doing.user, doing.case.reference, at=doing.at)
    except Http404:
        return _left(doing.request, doing.user, doing.case.reference, at=doing.at)
    around = case_context(doing.case, doing.user, at=doing.at)
    still = doing.form is not None and _fits(doing.case, doing.what, at=doing.at)
    template = doing.template if still else "complaints/staff/conflict.html"
    context = {
        **around,
        "form": doing.form if still else None,
        "first": _last(doing.case),
        "kept": _kept(doing.request),
        "bars": rulings.blockers(doing.case, doing.what),
    }
    return render(doing.request, template, context, status=409)


def _left(request: HttpRequest, user: User, reference: str, *, at: datetime) -> HttpResponse:
    """Answer a form for a case that left the agency, or whose part of it ended, while it was typed.

    It tells how the case left, and nothing of what was done to it since. For everybody else there is no such case.
    """
    desks, seen = user.authority(at).agencies(DESK), request.POST.get("version", "")
    left = Case.objects.filter(reference=reference).exclude(agency__in=desks)
    case = left.select_related("citizen").first() if seen.isascii() and seen.isdecimal() else None
    if case is None or policy.must_not_handle(case, user, at=at):
        raise Http404
    event = how_it_left(case, desks, seen=int(seen[:9]), at=at)
    if event is None:
        raise Http404
    context = {**frame(user, at=at), "first": _first(event, case), "kept": _kept(request)}
    return render(request, "complaints/staff/conflict.html", context, status=409)


@dataclass(frozen=True)
class First:
    """What was done before by whom and when."""

    deed: str
    by: str
    at: datetime


def _last(case: Case) -> First:
    return _first(case.events.select_related("actor", "on_behalf_of").latest("number"), case)


def _first(event: CaseEvent, case: Case) -> First:
    return First(action_label(event), actor_label(event, case), event.at)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the words that were typed; a reason chosen from a list is none."""
    typed = ((str(heading), request.POST.get(name, "").strip()) for name, heading in _KEPT.items())
    return [(heading, text) for heading, text in typed if text and text not in RefusalReason]


def _nothing(doing: Doing, words: str) -> HttpResponse:
    """Say that there is nothing to decide here, or, to whoever typed meanwhile, who decided it."""
    if doing.data is not None:
        raise TransitionNotAllowed(doing.what, doing.case)
    return doing.refuse(words)
