"""The forms of partner tasks: ask another agency, answer for it, do without the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from agencies.models import Agency
from complaints import actions
from complaints.actions.classification import NoActiveOfficer
from complaints.actions.consultations import AlreadyAsked
from complaints.models import AnswerState, Case, ExtensionState, ReferralTask
from complaints.models.texts import TEXT_LENGTH
from complaints.permissions import readers, rulings
from complaints.permissions.rulings import DatedPartnerTask
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.forms import MOST_DAYS, SHORTEST_TEXT, AgencyChoiceForm, other_agencies
from complaints.workflow import Action
from kit.forms import Card, ChoiceCardsField, Form, NumberField, ParagraphField


class TaskForm(AgencyChoiceForm):
    """The agency that is asked, what is asked of it, and by when."""

    agency = forms.ChoiceField(label=_("Which agency?"), error_messages={"required": _("Choose an agency")})
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("What do you need from this agency?"),
        error_messages={"required": _("Write what you need from this agency")},
        help_text=_(
            "The agency's officers read this together with the citizen's text. They do not see who the person is."
        ),
    )
    days = NumberField(min=1, max=MOST_DAYS, label=_("Time for its answer, in working days"))

    def __init__(self, data: Mapping[str, Any] | None, *, case: Case, agencies: Sequence[Agency]) -> None:
        super().__init__(data, agencies=agencies)
        self.most = case.limit_days
        words = ngettext(
            "At most %(most)s working day. Fridays, Saturdays and holidays do not count.",
            "At most %(most)s working days. Fridays, Saturdays and holidays do not count.",
            self.most,
        )
        self.fields["days"].help_text = words % {"most": f"{self.most:,}"}

    def clean_days(self) -> int:
        """Refuse more days than the topic has in all."""
        days: int = self.cleaned_data["days"]
        if days > self.most:
            words = ngettext(
                "This is more than the limit for this topic. Enter at most %(most)s working day",
                "This is more than the limit for this topic. Enter at most %(most)s working days",
                self.most,
            )
            self.add_error("days", words % {"most": f"{self.most:,}"})
        return days


class _TaskChoiceForm(Form):
    """A form about one open partner task, which is asked for where there are several."""

    task = ChoiceCardsField(label=_("Which agency?"), error_messages={"required": _("Choose an agency")})

    def __init__(self, data: Mapping[str, Any] | None, *, tasks: Sequence[ReferralTask]) -> None:
        super().__init__(data)
        self.tasks = {str(task.pk): task for task in tasks}
        self.offer("task", [Card(key, task.agency.name) for key, task in self.tasks.items()])
        if len(tasks) == 1:
            del self.fields["task"]

    @property
    def chosen_task(self) -> ReferralTask:
        """Return the task chosen, or the only one."""
        return self.tasks[self.cleaned_data.get("task") or next(iter(self.tasks))]


class AnswerTaskForm(_TaskChoiceForm):
    """The answer of the agency that was asked."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=6,
        label=_("Your agency's answer"),
        error_messages={"required": _("Write your agency's answer")},
        help_text=_("The leading agency reads it and answers the citizen."),
    )


class DropTaskForm(_TaskChoiceForm):
    """Why the answer of an agency is no longer needed."""

    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        label=_("Reason"),
        help_text=_("The reason stays in the history. The agency is told that its answer is no longer needed."),
    )


# ---- Asking another agency for its part of a case, answering for it, and doing without the answer. ----


@action_page(Action.ADD_TASK, "complaints/desk/acts/partner_tasks/task.html")
def add_task(request: ActionRequest) -> HttpResponse:
    """Ask another agency for its part of the case."""
    agencies = other_agencies(request.case, on=timezone.localdate(request.at))
    form = TaskForm(request.data, case=request.case, agencies=agencies)
    if not request.is_sent(form) or not _add_task(request, form):
        return request.page(partner_tasks=rulings.all_with_due_dates(request.case))
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
    tasks = rulings.tasks_for(request.case, request.user, at=request.at)
    if not tasks:
        return request.refuse_or_conflict(gettext("Your agency has no open request on this case."))
    form = AnswerTaskForm(request.data, tasks=tasks)
    if not request.is_sent(form):
        return request.page(partner_tasks=_tasks_with_due_dates(request, tasks))
    actions.answer_task(form.chosen_task, by=request.user, at=request.at, text=form.cleaned_data["text"])
    return request.done(gettext("You answered for your agency. The leading agency is being told."))


def _tasks_with_due_dates(request: ActionRequest, tasks: list[ReferralTask]) -> list[DatedPartnerTask]:
    return [task for task in rulings.all_with_due_dates(request.case) if task.task in tasks]


@action_page(Action.DROP_TASK, "complaints/desk/acts/partner_tasks/task_drop.html")
def drop_task(request: ActionRequest) -> HttpResponse:
    """Do without the answer of an agency that was asked."""
    tasks = list(rulings.open_tasks(request.case))
    if not tasks:
        return request.refuse_or_conflict(gettext("No other agency has an open request on this case."))
    form = DropTaskForm(request.data, tasks=tasks)
    if not request.is_sent(form):
        return request.page(partner_tasks=_tasks_with_due_dates(request, tasks))
    task = form.chosen_task
    actions.drop_task(task, by=request.user, at=request.at, reason=form.cleaned_data["reason"])
    words = {"agency": task.agency.name}
    return request.done(gettext("The answer of %(agency)s is no longer needed. The agency is being told.") % words)


# ---- The forms of the question why a case is late, and of the answer. ----


class AskExplanationForm(Form):
    """What the leadership wants to know."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=4,
        label=_("Your question"),
        help_text=_("The officers and supervisors of the agency and the CMU can read this. The citizen cannot."),
    )


class ExplainForm(Form):
    """Why the case is late."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("Why is the case late, and what happens next?"),
        error_messages={"required": _("Write why the case is late")},
        help_text=_("The leadership of your agency, your colleagues and the CMU can read this. The citizen cannot."),
    )


# ---- Why a case is late: the leadership asks, the desk answers. ----


@action_page(Action.ASK_EXPLANATION, "complaints/desk/acts/explanations/ask.html")
def ask_explanation(request: ActionRequest) -> HttpResponse:
    """Ask the desk why the case is late."""
    form = AskExplanationForm(request.data)
    is_sent = request.is_sent(form)
    if readers.open_explanation(request.case) is not None:
        return request.refuse(gettext("An explanation has already been asked for. It has not been answered yet."))
    if not is_sent:
        return request.page()
    actions.ask_explanation(request.case, by=request.user, at=request.at, text=form.cleaned_data["text"])
    return request.done(gettext("Your question is on its way to the officer and the supervisors."))


@action_page(Action.EXPLAIN, "complaints/desk/acts/explanations/explain.html")
def explain(request: ActionRequest) -> HttpResponse:
    """Answer why the case is late."""
    form = ExplainForm(request.data)
    if not request.is_sent(form):
        return request.page(asked=readers.open_explanation(request.case))
    asked = actions.explain(request.case, by=request.user, at=request.at, text=form.cleaned_data["text"])
    return request.done(gettext("%(name)s is being told of your explanation.") % {"name": asked.asked_by.name})


# ---- The form for the reason why a colleague's proposal is refused or sent back. ----


class ReasonForm(Form):
    """Why a colleague's proposal is not taken."""

    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("Reason"),
        help_text=_("The officers of the agency read it."),
    )


# ---- A second person refuses a proposed date, or sends a proposed answer back. ----


@action_page(Action.REFUSE_EXTENSION, "complaints/desk/acts/reviews/refuse_extension.html")
def refuse_extension(request: ActionRequest) -> HttpResponse:
    """Refuse the later date that is proposed; the promised one stays."""
    extension = request.case.extensions.filter(state=ExtensionState.PROPOSED).select_related("proposed_by").first()
    if extension is None:
        return request.refuse_or_conflict(gettext("No later date is waiting for a decision."))
    if not request.permissions.may_refuse_date:
        raise Http404
    form = ReasonForm(request.data)
    if not request.is_sent(form):
        return request.page(extension=extension)
    actions.refuse_extension(request.case, by=request.user, at=request.at, reason=form.cleaned_data["reason"])
    return request.done(
        gettext("You refused the later date. The promised date stays, and the officers are being told.")
    )


@action_page(Action.SEND_BACK, "complaints/desk/acts/reviews/send_back.html")
def send_back(request: ActionRequest) -> HttpResponse:
    """Send the proposed answer back to be written anew."""
    proposal = request.case.answers.filter(state=AnswerState.PROPOSED).select_related("written_by").first()
    if proposal is None:
        return request.refuse_or_conflict(gettext("No proposed answer is waiting for a signature."))
    if not request.permissions.may_send_back:
        raise Http404
    form = ReasonForm(request.data)
    if not request.is_sent(form):
        return request.page(proposal=proposal)
    actions.send_back(request.case, by=request.user, at=request.at, reason=form.cleaned_data["reason"])
    return request.done(gettext("You sent the answer back. The officers are being told."))
