"""Asking another agency for its part of a case, answering for it, and doing without the answer."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from complaints import actions
from complaints.actions.partner_tasks import AlreadyAsked
from complaints.actions.triage import NoActiveOfficer
from complaints.desk.acts.partner_tasks.forms import AnswerTaskForm, DropTaskForm, TaskForm
from complaints.models import ReferralTask
from complaints.permissions import partner_tasks, rulings
from complaints.permissions.partner_tasks import DatedPartnerTask
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.forms import other_agencies
from complaints.workflow import Action


@action_page(Action.ADD_TASK, "complaints/desk/acts/partner_tasks/task.html")
def add_task(request: ActionRequest) -> HttpResponse:
    """Ask another agency for its part of the case."""
    agencies = other_agencies(request.case, on=timezone.localdate(request.at))
    form = TaskForm(request.data, case=request.case, agencies=agencies)
    if not request.is_sent(form) or not _add_task(request, form):
        return request.page(partner_tasks=partner_tasks.all_with_due_dates(request.case))
    words = {"agency": form.chosen_agency.name}
    return request.done(gettext("You asked %(agency)s to contribute. The agency's officers are being told.") % words)


def _add_task(request: ActionRequest, form: TaskForm) -> bool:
    agency, text, days = form.chosen_agency, form.cleaned_data["text"], form.cleaned_data["days"]
    try:
        actions.add_task(request.case, by=request.user, at=request.at, agency=agency, text=text, days=days)
    except AlreadyAsked:
        words = gettext("%(agency)s has already been asked and has not answered yet.")
    except NoActiveOfficer:
        words = gettext("%(agency)s has no active liaison officer today and cannot be asked. Choose another agency.")
    except rulings.AgencyEnded:
        words = gettext("%(agency)s no longer exists. Choose another agency.")
    else:
        return True
    form.add_error("agency", words % {"agency": agency.name})
    return False


@action_page(Action.ANSWER_TASK, "complaints/desk/acts/partner_tasks/task_answer.html")
def answer_task(request: ActionRequest) -> HttpResponse:
    """Answer for the agency that was asked for its part."""
    tasks = partner_tasks.tasks_for(request.case, request.user, at=request.at)
    if not tasks:
        return request.refuse_or_conflict(gettext("Your agency has no open request on this case."))
    form = AnswerTaskForm(request.data, tasks=tasks)
    if not request.is_sent(form):
        return request.page(partner_tasks=_tasks_with_due_dates(request, tasks))
    actions.answer_task(form.chosen_task, by=request.user, at=request.at, text=form.cleaned_data["text"])
    return request.done(gettext("You answered for your agency. The leading agency is being told."))


def _tasks_with_due_dates(request: ActionRequest, tasks: list[ReferralTask]) -> list[DatedPartnerTask]:
    return [task for task in partner_tasks.all_with_due_dates(request.case) if task.task in tasks]


@action_page(Action.DROP_TASK, "complaints/desk/acts/partner_tasks/task_drop.html")
def drop_task(request: ActionRequest) -> HttpResponse:
    """Do without the answer of an agency that was asked."""
    tasks = list(partner_tasks.open_tasks(request.case))
    if not tasks:
        return request.refuse_or_conflict(gettext("No other agency has an open request on this case."))
    form = DropTaskForm(request.data, tasks=tasks)
    if not request.is_sent(form):
        return request.page(partner_tasks=_tasks_with_due_dates(request, tasks))
    task = form.chosen_task
    actions.drop_task(task, by=request.user, at=request.at, reason=form.cleaned_data["reason"])
    words = {"agency": task.agency.name}
    return request.done(gettext("The answer of %(agency)s is no longer needed. The agency is being told.") % words)
