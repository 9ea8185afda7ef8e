"""The shape of every page on which staff do something to a case.

Load the case, check who may, check the form, do one action, say what happened, redirect. What becomes of a page gone
stale, and of two people at once, is decided here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial, wraps
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrPromise

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import DESK, READERS
from complaints.attachments.fields import uploader_key
from complaints.case_text.deadline import has_moved
from complaints.case_text.history import action_label, actor_label
from complaints.case_text.messages import preview
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, CaseEvent, RefusalReason
from complaints.permissions import policy, rulings
from complaints.permissions.case_permissions import CasePermissions, case_permissions
from complaints.permissions.readers import event_that_ended_access
from complaints.staff.acts import left_words
from complaints.staff.forms import TextWithFilesForm
from complaints.staff.frame import CASEWORK, case_context, frame, load_case
from complaints.staff.rows import WorkList
from complaints.unsent_forms import keeps_unsent_form, mark_sent
from complaints.visibility.redaction import CaseVisibility, StaffVisibility
from complaints.workflow import TRANSITIONS, Action
from complaints.workflow.refusals import ActionRefused
from kit.forms import Form
from kit.sent_numbers import sent_number

type View = Callable[..., HttpResponse]

CONFLICT = 409
#: The fields whose text is shown again to whoever came second, with their headings.
_TYPED_FIELDS: dict[str, StrPromise] = {
    "found": _("What did you find?"),
    "done": _("What did you do?"),
    "text": _("Your text"),
    "reason": _("Reason"),
    "reasons": _("Reason"),
}
#: After these the case waits for somebody else, although its state is the same.
_PASSES_ON: Final = frozenset(
    {
        Action.PROPOSE_EXTENSION,
        Action.REFUSE_EXTENSION,
        Action.SEND_BACK,
        Action.ADD_TASK,
        Action.ANSWER_TASK,
        Action.ASSIGN,
        Action.HAND_OVER,
        Action.REMIND,
    }
)
_NEXT_STEPS: Final = _PASSES_ON | frozenset(TRANSITIONS) - {Action.UNDO}


class Stale(Exception):
    """The case has changed since the page was opened."""


@dataclass(kw_only=True)
class ActionRequest:
    """A request by ``user`` to do ``action`` to ``case``; what the view of an action takes."""

    http: HttpRequest
    user: User
    case: Case
    at: datetime
    action: Action
    template: str
    form: Form | None = field(default=None)
    #: What the page did before its transaction.
    before: Any = field(default=None)
    #: What was done to the case since the page was opened; the form is then shown again and not sent.
    previous_change: PreviousChange | None = field(default=None)

    @property
    def data(self) -> QueryDict | None:
        """Return what was posted, None while the page is only opened."""
        return self.http.POST if self.http.method == "POST" else None

    @property
    def files(self) -> Any:
        """Return the files that were posted, None while the page is only opened."""
        return self.http.FILES if self.http.method == "POST" else None

    @property
    def uploading(self) -> dict[str, Any]:
        """Return what a form with files takes beside them."""
        return {"uploader": uploader_key(self.user), "at": self.at}

    def is_sent(self, form: Form) -> bool:
        """Tell whether ``form`` is valid and was sent to be done, and not only to be shown or changed.

        Locks the case until the transaction ends; raises ``Stale`` when it has changed since the page was opened.
        """
        self.form = form
        if self.previous_change and isinstance(form, TextWithFilesForm):
            form.lose_files()
        if self.data is None or self.previous_change:
            return False
        held = Case.objects.lock_version(self.case.pk)
        seen = sent_number(self.data.get("version", ""))
        if seen != held and (seen is None or has_moved(self.case, since=seen)):
            raise Stale
        return form.is_valid() and "send" in self.data and "change" not in self.data

    @property
    def case_visibility(self) -> CaseVisibility:
        """Return what the user may read of the case."""
        return StaffVisibility(self.user, self.at).of(self.case)

    @cached_property
    def permissions(self) -> CasePermissions:
        """Return what the user may do to the case, as it was when the page was asked for."""
        return case_permissions(self.case, self.user, at=self.at)

    @property
    def is_checked(self) -> bool:
        """Tell whether the form is valid and is shown for confirmation before it is sent."""
        return self.may_confirm and self.form is not None and self.form.is_valid()

    @property
    def may_confirm(self) -> bool:
        """Tell whether the form was posted to be confirmed, and not to be changed or after somebody else was first."""
        return self.data is not None and "change" not in self.data and self.previous_change is None

    def page(self, **context: Any) -> HttpResponse:
        """Show the page of the action with its form, and the message to the citizen where no form changes it."""
        around = case_context(self.case, self.user, at=self.at)
        message_preview = preview(self.action, self.case, at=self.at)
        own = {"form": self.form, "message_preview": message_preview, "work_list": WorkList.of(self.http)}
        if self.previous_change is None:
            return render(self.http, self.template, {**own, **around, **context})
        said = {"previous_change": self.previous_change, "blockers": rulings.blockers(self.case, self.action)}
        return render(self.http, self.template, {**own, **around, **said, **context}, status=CONFLICT)

    def refuse(self, text: str) -> HttpResponse:
        """Say why there is nothing to do and go back to the case."""
        messages.warning(self.http, text)
        work = WorkList.of(self.http)
        return redirect(f"{reverse('desk-case', args=[self.case.reference])}{work.suffix if work else ''}")

    def refuse_or_conflict(self, text: str) -> HttpResponse:
        """Refuse with ``text`` while the page is only opened; tell whoever sent a form who was first."""
        if self.data is not None:
            raise TransitionNotAllowed(self.action, self.case)
        return self.refuse(text)

    def done(self, text: str, *, tells: str = "", moves_on: bool = False) -> HttpResponse:
        """Say what happened and go to the case, or to the start page where it is no longer the user's work.

        ``tells`` says that the citizen is being told, which is true once the step can no longer be undone.
        A case that was opened from a list and has taken its next step, or is no longer the user's, leads to the next
        case of the list; ``moves_on`` says that it has taken one, where the action alone does not.
        """
        mark_sent(self.http, at=self.at)
        work, own = WorkList.of(self.http), reverse("desk-case", args=[self.case.reference])
        is_mine, said = self._is_at_desk(self.case.reference), self._with_undo(text, tells, work)
        moves_on = moves_on or self.action in _NEXT_STEPS
        if work is not None and is_mine and moves_on:
            said = format_html('{} <a href="{}">{}</a>', said, own + work.suffix, gettext("Open that case"))
        messages.success(self.http, said)
        if is_mine and not (work and moves_on):
            return redirect(own + (work.suffix if work else ""))
        return redirect(self._after(work) if work else "desk")

    def _with_undo(self, text: str, tells: str, work: WorkList | None) -> str:
        """Return ``text`` with the link that undoes what was done and how long it works, or else with ``tells``."""
        until = policy.ends_at(self.case, at=self.at)
        # A note is no step: the undo beside it would take back the acceptance of a minute before.
        if until != self.at + policy.span() or not policy.may(self.case, Action.UNDO, self.user, at=self.at):
            return f"{text} {tells}".rstrip()
        left = left_words(until, at=self.at)
        address = reverse("desk-undo", args=[self.case.reference]) + (work.suffix if work else "")
        link = '{} <a href="{}" data-key="KeyZ">{} <kbd>Z</kbd></a> ({})'
        return format_html(
            link, text, address, gettext("Undo"), gettext("%(left)s, then the messages are sent") % {"left": left}
        )

    def _after(self, work: WorkList) -> str:
        """Return the address of the next case of ``work`` that the user still sees, else that of the list."""
        seen = Case.objects.visible_to(self.user, at=self.at).filter(reference=work.following)
        return work.case_url(work.following) if seen.exists() else work.address

    def _is_at_desk(self, reference: str) -> bool:
        return Case.objects.at_desk_of(self.user, at=self.at).filter(reference=reference).exists()


def action_page(
    action: Action, template: str, *, before: Callable[[ActionRequest], Any] | None = None
) -> Callable[[View], View]:
    """Make a view out of a function that takes an ``ActionRequest``; a POST runs in one transaction.

    What the address says beside the number of the case is passed on by name.

    Staff who cannot see the case, or may never do this to it, get 404. Who comes second gets 409 with what was done, by
    whom and when, and keeps what was typed; nothing is written to the case then. ``before`` takes files, which lasts
    too long for a transaction; what it returns is ``before`` of the request.
    """

    def decorate(view: View) -> View:
        @staff_required(CASEWORK | READERS)
        @require_http_methods(["GET", "HEAD", "POST"])
        @keeps_unsent_form
        @wraps(view)
        def page(http: HttpRequest, ref: str, **more: Any) -> HttpResponse:
            user, at = signed_in_user(http), timezone.now()
            try:
                case = load_case(user, ref, at=at)
            except Http404:
                return _case_has_left(http, user, ref, at=at)
            if not policy.opens_page(case, action, user, at=at):
                return _case_has_left(http, user, ref, at=at)
            request = ActionRequest(http=http, user=user, case=case, at=at, action=action, template=template)
            if http.method != "POST" and not policy.fits(case, action, at=at):
                return _conflict(request)
            request.before = before(request) if before else None
            return _answer(partial(view, **more), request)

        return page

    return decorate


def checked[F: Form](make: Callable[[ActionRequest], F]) -> Callable[[ActionRequest], F]:
    """Return what makes the form of a page and checks it before the transaction, so that its files block nobody."""

    def before(request: ActionRequest) -> F:
        form = make(request)
        form.is_valid()
        return form

    return before


def _answer(view: View, request: ActionRequest) -> HttpResponse:
    if request.data is None:
        return view(request)
    try:
        with transaction.atomic():
            return view(request)
    except (Stale, TransitionNotAllowed):
        return _conflict(request, view)
    except ActionRefused:
        # The form had said that it can be done.
        text = gettext(
            "Staff, topics or agencies changed while you were writing, and it can no longer be done like this."
        )
        return _conflict(request, why=[text])
    except NotEntitled:
        raise Http404 from None


# ---- somebody else was first ----


@dataclass(frozen=True)
class PreviousChange:
    """The last thing that was done to a case: what, by whom and when."""

    action: str
    by: str
    at: datetime

    @classmethod
    def of(cls, event: CaseEvent, case: Case) -> PreviousChange:
        """Return ``event`` of ``case`` as the history labels it."""
        return cls(action_label(event), actor_label(event, case), event.at)


def _conflict(request: ActionRequest, view: View | None = None, why: Sequence[str] = ()) -> HttpResponse:
    """Tell who came second what was done before, with the page of ``view`` again where the action still applies.

    ``why`` says what stands in the way; without it, this is read from the case.
    """
    try:
        case = load_case(request.user, request.case.reference, at=request.at)
    except Http404:
        return _case_has_left(request.http, request.user, request.case.reference, at=request.at)
    last = case.events.select_related("actor", "on_behalf_of").latest("number")
    previous_change = PreviousChange.of(last, case)
    if view and request.form is not None and policy.fits(case, request.action, at=request.at):
        page = _page_again(view, replace(request, case=case, form=None, previous_change=previous_change))
        if page is not None:
            return page
    context = {
        **case_context(case, request.user, at=request.at),
        "previous_change": previous_change,
        "typed_texts": _typed_texts(request.http),
        "blockers": why or rulings.blockers(case, request.action),
        "work_list": WorkList.of(request.http),
    }
    return render(request.http, "complaints/staff/conflict.html", context, status=CONFLICT)


def _page_again(view: View, request: ActionRequest) -> HttpResponse | None:
    """Return the page of ``view`` for the case as it is now, None where it offers nothing to do any more."""
    try:
        with transaction.atomic():
            page = view(request)
    except (TransitionNotAllowed, ActionRefused, NotEntitled, Http404):
        return None
    return page if page.status_code == CONFLICT else None


def _case_has_left(http: HttpRequest, user: User, reference: str, *, at: datetime) -> HttpResponse:
    """Answer a form for a case that left the agency, or whose partner task ended, while it was typed.

    It tells how the case left, and nothing of what was done to it since. Everybody else gets 404.
    """
    desks, seen = user.authority(at).agencies(DESK), sent_number(http.POST.get("version", ""))
    left = Case.objects.filter(reference=reference).exclude(agency__in=desks)
    case = left.select_related("citizen").first() if seen is not None else None
    if case is None or seen is None or policy.must_not_handle(case, user, at=at):
        raise Http404
    event = event_that_ended_access(case, desks, seen=seen, at=at)
    if event is None:
        raise Http404
    context = {
        **frame(user, at=at),
        "previous_change": PreviousChange.of(event, case),
        "typed_texts": _typed_texts(http),
    }
    return render(http, "complaints/staff/conflict.html", context, status=CONFLICT)


def _typed_texts(http: HttpRequest) -> list[tuple[str, str]]:
    """Return the texts that were typed, with their headings; a reason chosen from a list is none."""
    typed = ((str(heading), http.POST.get(name, "").strip()) for name, heading in _TYPED_FIELDS.items())
    return [(heading, text) for heading, text in typed if text and text not in RefusalReason]
