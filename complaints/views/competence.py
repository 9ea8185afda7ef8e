"""Whose a case is, at the desk: parts of other agencies, precedents, agencies that ended, and a second person's no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.guards import staff_required, user_of
from accounts.roles import CMU
from agencies.models import Agency
from complaints import verbs
from complaints.competence import binding, precedents, referrals
from complaints.desk import agencies_but
from complaints.file import panel
from complaints.forms.competence import AnswerTaskForm, DropTaskForm, ReasonForm, SuccessorForm, TaskForm
from complaints.models import AnswerState, Case, ExtensionState
from complaints.transition import NotEntitled, TransitionNotAllowed
from complaints.verbs.referrals import AlreadyAsked
from complaints.verbs.triage import NoActiveOfficer
from complaints.views.acts import Doing, act, frame
from complaints.workflow import Act

if TYPE_CHECKING:
    from complaints.competence.referrals import Part
    from complaints.models import Case, ReferralTask


def _nothing(doing: Doing, words: str) -> HttpResponse:
    """Say that there is nothing to decide here, or, to whoever typed meanwhile, who decided it."""
    if doing.data is not None:
        raise TransitionNotAllowed(doing.what, doing.case)
    return doing.refuse(words)


# ---- parts of other agencies ----


@act(Act.ADD_TASK, "complaints/desk/task.html")
def add_task(doing: Doing) -> HttpResponse:
    """Ask another agency for its part of the case."""
    agencies = agencies_but(doing.case, on=timezone.localdate(doing.at))
    form = TaskForm(doing.data, case=doing.case, agencies=agencies)
    if not doing.is_sent(form) or not _add_task(doing, form):
        return doing.page(parts=referrals.parts_of(doing.case))
    words = {"agency": form.chosen_agency.name}
    return doing.done(gettext("You asked %(agency)s for its part. Its officers are being told.") % words)


def _add_task(doing: Doing, form: TaskForm) -> bool:
    agency, text, days = form.chosen_agency, form.cleaned_data["text"], form.cleaned_data["days"]
    try:
        verbs.add_task(doing.case, by=doing.user, at=doing.at, agency=agency, text=text, days=days)
    except AlreadyAsked:
        words = gettext("%(agency)s has been asked already and has not answered yet.")
    except NoActiveOfficer:
        words = gettext("%(agency)s has no active liaison officer today and cannot be asked. Choose another one.")
    except binding.AgencyEnded:
        words = gettext("%(agency)s has ended. Choose another one.")
    else:
        return True
    form.add_error("agency", words % {"agency": agency.name})
    return False


@act(Act.ANSWER_TASK, "complaints/desk/task_answer.html")
def answer_task(doing: Doing) -> HttpResponse:
    """Answer for the agency that was asked for its part."""
    tasks = referrals.tasks_for(doing.case, doing.user, at=doing.at)
    if not tasks:
        return _nothing(doing, gettext("Your agency owes no answer on this case."))
    form = AnswerTaskForm(doing.data, tasks=tasks)
    if not doing.is_sent(form):
        return doing.page(parts=_parts_among(doing, tasks))
    verbs.answer_task(form.chosen_task, by=doing.user, at=doing.at, text=form.cleaned_data["text"])
    return doing.done(gettext("You answered for your agency. The leading agency is being told."))


def _parts_among(doing: Doing, tasks: list[ReferralTask]) -> list[Part]:
    return [part for part in referrals.parts_of(doing.case) if part.task in tasks]


@act(Act.DROP_TASK, "complaints/desk/task_drop.html")
def drop_task(doing: Doing) -> HttpResponse:
    """Do without the answer of an agency that was asked."""
    tasks = list(referrals.open_tasks(doing.case))
    if not tasks:
        return _nothing(doing, gettext("No other agency owes an answer on this case."))
    form = DropTaskForm(doing.data, tasks=tasks)
    if not doing.is_sent(form):
        return doing.page(parts=_parts_among(doing, tasks))
    task = form.chosen_task
    verbs.drop_task(task, by=doing.user, at=doing.at, reason=form.cleaned_data["reason"])
    words = {"agency": task.agency.name}
    return doing.done(gettext("The answer of %(agency)s is no longer needed. It is being told.") % words)


# ---- what a second person says no to ----


@act(Act.REFUSE_EXTENSION, "complaints/desk/refuse_extension.html")
def refuse_extension(doing: Doing) -> HttpResponse:
    """Refuse the later date that is proposed; the promised one stays."""
    extension = doing.case.extensions.filter(state=ExtensionState.PROPOSED).select_related("proposed_by").first()
    if extension is None:
        return _nothing(doing, gettext("No later date waits for a decision."))
    if not panel.sight_of(doing.case, doing.user, at=doing.at).may_refuse_date:
        raise Http404
    form = ReasonForm(doing.data)
    if not doing.is_sent(form):
        return doing.page(extension=extension)
    verbs.refuse_extension(doing.case, by=doing.user, at=doing.at, reason=form.cleaned_data["reason"])
    return doing.done(gettext("You refused the later date. The promised date stays, and the officers are being told."))


@act(Act.SEND_BACK, "complaints/desk/send_back.html")
def send_back(doing: Doing) -> HttpResponse:
    """Send the proposed answer back to be written anew."""
    proposal = doing.case.answers.filter(state=AnswerState.PROPOSED).select_related("written_by").first()
    if proposal is None:
        return _nothing(doing, gettext("No proposed answer waits for a signature."))
    if not panel.sight_of(doing.case, doing.user, at=doing.at).may_send_back:
        raise Http404
    form = ReasonForm(doing.data)
    if not doing.is_sent(form):
        return doing.page(proposal=proposal)
    verbs.send_back(doing.case, by=doing.user, at=doing.at, reason=form.cleaned_data["reason"])
    return doing.done(gettext("You sent the answer back. The officers are being told."))


# ---- the unit's precedents ----


@staff_required(CMU)
@require_safe
def precedents_page(request: HttpRequest) -> HttpResponse:
    """Show the rulings kept for the next case, those that stand before those retired."""
    user, at = user_of(request), timezone.now()
    retired = request.GET.get("view") == "retired"
    context = {"precedents": precedents.listed(retired=retired), "retired": retired, **frame(user, at=at)}
    return render(request, "complaints/desk/precedents.html", context)


@staff_required(CMU)
@require_POST
def retire(request: HttpRequest, precedent: int) -> HttpResponse:
    """Let a precedent be offered no more."""
    try:
        precedents.retire(precedent, at=timezone.now())
    except precedents.NoSuchPrecedent:
        raise Http404 from None
    messages.success(request, gettext("The precedent is retired and is offered no more."))
    return redirect("precedents")


# ---- agencies that ended ----


@staff_required(CMU)
@require_safe
def ended_agencies(request: HttpRequest) -> HttpResponse:
    """Show the agencies that were merged or abolished while cases of theirs were open."""
    user, at = user_of(request), timezone.now()
    context = {"ended": binding.ended_with_cases(on=timezone.localdate(at)), **frame(user, at=at)}
    return render(request, "complaints/desk/ended_agencies.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
def ended_agency(request: HttpRequest, agency: str) -> HttpResponse:
    """Refer what an agency left behind to another one, each case by an act of its own."""
    user, at = user_of(request), timezone.now()
    on = timezone.localdate(at)
    ended = get_object_or_404(Agency.objects.filter(ends_on__lt=on), code=agency)
    cases = binding.cases_left_at(ended, within=Case.objects.at_desk_of(user, at=at))
    form = SuccessorForm(
        request.POST if request.method == "POST" else None, agencies=list(Agency.objects.complainable(on=on))
    )
    if form.is_bound and form.is_valid() and _refer_all(request, form, cases):
        return redirect("ended-agencies")
    context = {"agency": ended, "cases": cases, "form": form, **frame(user, at=at)}
    return render(request, "complaints/desk/ended_agency.html", context)


def _refer_all(request: HttpRequest, form: SuccessorForm, cases: list[Case]) -> bool:
    user, at, agency = user_of(request), timezone.now(), form.chosen_agency
    count = 0
    for case in cases:
        try:
            verbs.refer(case, by=user, at=at, agency=agency, reason=form.cleaned_data["reason"])
        except NoActiveOfficer:
            words = gettext("%(agency)s has no active liaison officer today and cannot receive it. Choose another one.")
            form.add_error("agency", words % {"agency": agency.name})
            return False
        except (TransitionNotAllowed, NotEntitled):
            # Somebody moved it meanwhile: it is no longer among what is left behind, or shows there again.
            continue
        count += 1
    words = ngettext(
        "%(count)s case was referred to %(agency)s.", "%(count)s cases were referred to %(agency)s.", count
    )
    messages.success(request, words % {"count": count, "agency": agency.name})
    return True
