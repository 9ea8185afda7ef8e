"""What an agency decides on a case: accept, decline, return, ask, a later date, undo; its topic, urgency, recusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from accounts.models import User
from agencies.models import Directorate, current_calendar
from complaints import actions, unsent_forms
from complaints.actions import consultations, links
from complaints.actions.classification import effects
from complaints.actions.consultations import NotOfTheAgency
from complaints.actions.notes import HeldByAnother
from complaints.actions.recusals import colleagues
from complaints.actions.undo import answered_with
from complaints.attachments.fields import NOT_STORED
from complaints.attachments.uploads import NotStored
from complaints.case_text.history import action_label
from complaints.clocks import clockwork, extensions
from complaints.desk.directorate_forms import IN_OTHER_HANDS, AsksNowForm, asked_text, last_consultation
from complaints.engine import notices
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Answer, Case, CaseEvent, ExtensionState, Refusal, RefusalReason
from complaints.models.texts import TEXT_LENGTH
from complaints.permissions import policy, rulings
from complaints.permissions.rulings import AgencyEnded, pending
from complaints.staff.action_pages import ActionRequest, Stale, action_page, checked
from complaints.staff.acts import (
    ANSWER_FIELDS,
    AcceptForm,
    AskWithFilesForm,
    DeliverForm,
    ExtendForm,
    RefuseForm,
    left_words,
)
from complaints.staff.forms import SHORTEST_TEXT, ClassifyForm, active_directorates, other_agencies
from complaints.suggestions import owners
from complaints.track_record.answers import KeptPromises, KeptRecords, PromiseHistory
from complaints.track_record.counting import last_directorate
from complaints.unsent_forms import form_path, keep_posted
from complaints.workflow import Action, Holder, State
from kit.dates import day_digits
from kit.forms import CHOOSE, Form, ParagraphField

# ---- The form of accepting a case, with which the directorate can be asked at once. ----


class AcceptAndAskForm(AcceptForm, AsksNowForm):
    """The directorate and the time; with the tick, also what the directorate is asked."""

    field_order = ("directorate", "days", "asks_now", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where the directorate is filled in, the time is what the officer looks at.
        if self.initial["directorate"] in self.directorates or not self.directorates:
            self.fields["days"].widget.attrs["data-first"] = ""
        is_held = self.case.holder != Holder.AGENCY
        if not self.directorates or (is_held and "asks_now" not in self.data):
            self.offer_no_asking()

    def clean(self) -> dict[str, Any]:
        """Refuse the tick while somebody else has the case."""
        cleaned = super().clean()
        if cleaned.get("asks_now") and self.case.holder != Holder.AGENCY:
            self.add_error("asks_now", IN_OTHER_HANDS)
        return cleaned


# ---- What an officer reads beside the time they promise: how many promises of each length were kept, and a
# suggestion.


#: Lengths shown one by one; of longer ones those that were promised often enough, and the longest.
FIRST_SPANS = 7


@dataclass(frozen=True)
class PromiseOffer:
    """A length that may be promised, the day it leads to, and what became of promises of it, if that is known."""

    days: int
    on: date
    record: KeptPromises | None
    is_suggested: bool


@dataclass(frozen=True)
class PromiseAdvice:
    """The offers with their history, the suggestion, and the suggestions of the directorates one could choose."""

    history: PromiseHistory
    offers: Sequence[PromiseOffer]
    suggested: KeptPromises | None
    by_directorate: Sequence[tuple[str, str]]

    @property
    def sentence(self) -> str:
        """Return the suggestion in words, empty where there is none."""
        return _suggestion(self.suggested) if self.suggested else ""


def promise_advice(form: AcceptForm, case: Case) -> PromiseAdvice:
    """Return the advice for a form that is shown or checked; one statement."""
    records = KeptRecords(agency=case.agency_id or 0, topic=case.topic_id)
    directorate = _directorate(form)
    history = records.of(directorate)
    suggested = history.suggested(form.most)
    others = [each for each in form.directorates.values() if each != directorate]
    return PromiseAdvice(
        history,
        [_offer(form, span, history, suggested) for span in _spans(form.most, history)],
        suggested,
        [(each.name, _suggestion(best)) for each, _history, best in records.suggestions(others, most=form.most)],
    )


def _directorate(form: AcceptForm) -> Directorate | None:
    """Return the directorate that was chosen, or is filled in."""
    key = str(form["directorate"].value() or "") if "directorate" in form.fields else ""
    return form.directorates.get(key)


def _spans(most: int, history: PromiseHistory) -> list[int]:
    known = (span for span in history.spans if span <= most and history.of(span))
    return sorted({*range(1, min(most, FIRST_SPANS) + 1), *known, most})


def _offer(form: AcceptForm, span: int, history: PromiseHistory, suggested: KeptPromises | None) -> PromiseOffer:
    on = timezone.localdate(form.calendar.due(form.at, span))
    return PromiseOffer(span, on, history.of(span), suggested is not None and suggested.span == span)


def kept_sentence(record: KeptPromises) -> str:
    """Return how many promises of a length were kept."""
    text = ngettext(
        "Of promises of %(days)s working day, %(percent)s%% were kept (%(kept)s of %(made)s).",
        "Of promises of %(days)s working days, %(percent)s%% were kept (%(kept)s of %(made)s).",
        record.span,
    )
    return text % {
        "days": f"{record.span:,}",
        "percent": record.percent,
        "kept": f"{record.kept:,}",
        "made": f"{record.made:,}",
    }


def _suggestion(record: KeptPromises) -> str:
    text = ngettext("Suggested: %(days)s working day.", "Suggested: %(days)s working days.", record.span)
    return f"{text % {'days': f'{record.span:,}'}} {kept_sentence(record)}"


# ---- Undoing a step, and offering what was typed for it again in its form, to be corrected. ----


_PAGES = {
    Action.ACCEPT: "desk-accept",
    Action.DECLINE: "desk-decline",
    Action.RETURN: "desk-return",
    Action.CLOSE: "desk-close",
}


def undo_and_keep_typed(case: Case, *, by: User, at: datetime) -> Sequence[Case]:
    """Undo what ``by`` did last to ``case``, keep what was typed for it, and return the followers undone with it.

    Raises as ``actions.undo`` does.
    """
    steps = policy.last_steps(case)
    followers = actions.undo(case, by=by, at=at)
    _keep(case, steps[-1], by=by, at=at)
    return followers


def _keep(case: Case, step: CaseEvent, *, by: User, at: datetime) -> None:
    """Keep what ``by`` typed for ``step``, which was undone, as the unsent form of its page."""
    action = Action(step.action)
    path = form_path(reverse(_PAGES[action], args=[case.reference]))
    keep_posted(by, path, _typed(case, step, action), key=unsent_forms.new_key(at=at), case=case, at=at)


def _typed(case: Case, step: CaseEvent, action: Action) -> unsent_forms.Fields:
    if action == Action.CLOSE:
        answer = Answer.objects.get(event=step)
        return [(name, getattr(answer, name)) for name in ANSWER_FIELDS]
    if action == Action.ACCEPT:
        asked = case.consultations.filter(event__number=step.number + 1).first()
        request = [("asks_now", "on"), ("text", asked.text)] if asked else []
        return [*((name, str(step.facts[name] or "")) for name in ("days", "directorate")), *request]
    refusal = Refusal.objects.select_related("proposed_agency").get(event=step)
    return [("reason", refusal.reason), ("text", refusal.text), ("proposed_agency", refusal.proposed_agency.code)]


@action_page(Action.ACCEPT, "complaints/desk/acts/decisions/accept.html")
def accept(request: ActionRequest) -> HttpResponse:
    """Take the case on: the directorate and the time, with the message that tells the citizen."""
    case = request.case
    form = _accept_form(request)
    if not request.is_sent(form):
        return _accepting_page(request, form)
    days, directorate = form.cleaned_data["days"], form.chosen_directorate
    actions.accept(case, by=request.user, at=request.at, days=days, directorate=directorate)
    text, tells = gettext("You accepted the case."), gettext("The citizen is being told.")
    if directorate is None or not form.request_text:
        return request.done(text, tells=tells)
    try:
        consultations.consult(case, by=request.user, at=request.at, directorate=directorate, text=form.request_text)
    except (HeldByAnother, NotOfTheAgency):
        # Somebody was first since the form was read: the conflict takes the acceptance back too.
        raise Stale from None
    return request.done(f"{text} {asked_text(directorate)}", tells=tells)


def _accept_form(request: ActionRequest) -> AcceptAndAskForm:
    case = request.case
    return AcceptAndAskForm(
        request.data,
        case=case,
        directorates=active_directorates(case),
        calendar=current_calendar(),
        at=request.at,
        asked=last_consultation(case),
        usual=last_directorate(case.agency_id, case.topic_id),
    )


def _accepting_page(request: ActionRequest, form: AcceptAndAskForm) -> HttpResponse:
    message = form.promised and notices.preview("case_accepted", case=request.case, on=form.promised, at=request.at)
    return request.page(advice=promise_advice(form, request.case), message=message)


@action_page(Action.DECLINE, "complaints/desk/acts/decisions/refuse.html")
def decline(request: ActionRequest) -> HttpResponse:
    """Say that the case is not the agency's."""
    done = gettext("You declined the case. The CMU will find the responsible agency.")
    return _refusing_page(request, actions.decline, done)


@action_page(Action.RETURN, "complaints/desk/acts/decisions/refuse.html")
def return_case(request: ActionRequest) -> HttpResponse:
    """Say after accepting that the case proved not the agency's."""
    done = gettext("You returned the case. The CMU will find the responsible agency.")
    return _refusing_page(request, actions.return_case, done)


def _refusing_page(request: ActionRequest, action: Callable[..., None], done: str) -> HttpResponse:
    """Say ``action`` and then ``done``, or show the form; one press puts in an agency that the case suggests."""
    data, case = request.data, request.case
    typed: dict[str, Any] = {"reason": RefusalReason.OTHER_AGENCY}
    if data is not None and "propose" in data:
        typed = {**{name: data.get(name, "") for name in ("reason", "text")}, "proposed_agency": data["propose"]}
        data = None
    agencies = other_agencies(case, on=timezone.localdate(request.at))
    form = RefuseForm(data, agencies=agencies, own=case.agency, typed=typed)
    if request.is_sent(form) and _is_refused(request, form, action):
        return request.done(done)
    likely = [agency for agency in owners.elsewhere(case, at=request.at) if agency.code in form.agencies]
    return request.page(returning=request.action == Action.RETURN, likely=likely)


def _is_refused(request: ActionRequest, form: RefuseForm, action: Callable[..., None]) -> bool:
    """Say ``action``; False where the agency proposed has ended since the page was opened."""
    words = {"reason": form.cleaned_data["reason"], "text": form.cleaned_data["text"]}
    try:
        action(request.case, by=request.user, at=request.at, proposed_agency=form.chosen_agency, **words)
    except AgencyEnded:
        form.add_error("proposed_agency", gettext("This agency no longer exists. Propose another one"))
        return False
    return True


def _ask_form(request: ActionRequest) -> AskWithFilesForm:
    return AskWithFilesForm(request.data, request.files, **request.uploading)


@action_page(Action.ASK, "complaints/desk/acts/decisions/ask.html", before=checked(_ask_form))
def ask(request: ActionRequest) -> HttpResponse:
    """Ask the citizen one question, with files; the deadline is paused meanwhile."""
    form: AskWithFilesForm = request.before
    is_sent, rest = request.is_sent(form), clockwork.remaining_pause(request.case, at=request.at)
    if not is_sent:
        return request.page(rest=rest)
    try:
        actions.ask(
            request.case, by=request.user, at=request.at, text=form.cleaned_data["text"], attachments=form.taken
        )
    except NotStored:
        form.add_error("attachments", NOT_STORED)
        return request.page(rest=rest)
    return request.done(_asked_words(rest))


def _asked_words(rest: clockwork.RemainingPause | None) -> str:
    if rest is not None and rest.is_over:
        return gettext("Your question was sent. The deadline is not paused: the maximum pause has been used.")
    if rest is not None and not rest.is_whole:
        words = gettext(
            "Your question was sent. The deadline is paused until the citizen replies, and until %(day)s at the latest."
        )
        return words % {"day": day_digits(timezone.localdate(rest.until))}
    return gettext("Your question was sent. The deadline is paused until the citizen replies.")


@action_page(Action.PROPOSE_EXTENSION, "complaints/desk/acts/decisions/extend.html")
def extend(request: ActionRequest) -> HttpResponse:
    """Propose a later date."""
    is_proposed = pending(request.case).extension_proposer is not None
    if request.data is not None and (is_proposed or request.case.state != State.IN_PROGRESS):
        raise TransitionNotAllowed(request.action, request.case)
    if is_proposed:
        return request.refuse(gettext("A later date has already been proposed and is waiting for a decision."))
    clock, calendar = extensions.require_promise_clock(request.case), current_calendar()
    form = ExtendForm(request.data, case=request.case, clock=clock, calendar=calendar, at=request.at)
    if not extensions.is_possible(request.case, at=request.at, calendar=calendar):
        return request.refuse(gettext("The date of this case cannot be moved any further."))
    if not request.is_sent(form):
        is_first = not pending(request.case).extension_was_granted
        return request.page(
            by_unit=is_first and rulings.has_no_other_supervisor(request.case, request.user.pk, at=request.at)
        )
    days, reason = form.cleaned_data["days"], form.cleaned_data["reason"]
    actions.propose_extension(request.case, by=request.user, at=request.at, days=days, reason=reason)
    return request.done(gettext("You proposed a later date. It applies once it is granted."))


@action_page(Action.EXTEND, "complaints/desk/acts/decisions/grant.html")
def grant(request: ActionRequest) -> HttpResponse:
    """Grant the later date that is proposed."""
    extension = request.case.extensions.filter(state=ExtensionState.PROPOSED).select_related("proposed_by").first()
    if extension is None and request.data is not None:
        raise TransitionNotAllowed(request.action, request.case)
    if extension is None or not request.permissions.may_grant_date:
        raise Http404
    clock, calendar = extensions.require_promise_clock(request.case), current_calendar()
    new_on = extensions.granted_on(request.case, clock, days=extension.days, at=request.at, calendar=calendar)
    if not request.is_sent(Form(request.data)) or new_on is None:
        message = new_on and notices.preview("case_new_date", case=request.case, on=new_on, at=request.at)
        old_on = timezone.localdate(clock.due_at)
        return request.page(extension=extension, old_on=old_on, new_on=new_on, message=message)
    actions.extend(request.case, by=request.user, at=request.at)
    return request.done(gettext("You granted the later date. The citizen is being told."))


@action_page(Action.UNDO, "complaints/desk/acts/decisions/undo.html")
def undo(request: ActionRequest) -> HttpResponse:
    """Undo what one did last, as long as nobody was told of it."""
    case, at = request.case, request.at
    if request.data is not None:
        links.lock_followed(case)
    steps = policy.last_steps(case)
    if not request.is_sent(Form(request.data)):
        return request.page(
            step=action_label(steps[-1]),
            left=left_words(policy.ends_at(case, at=at), at=at),
            followers=answered_with(case, steps),
        )
    return request.done(_undone(undo_and_keep_typed(case, by=request.user, at=at)))


def _undone(followers: Sequence[Case]) -> str:
    """Return what happened, with the number of linked cases whose answer was undone too."""
    parts = [gettext("Undone. No message was sent. What you wrote is kept in the form.")]
    if number := len(followers):
        text = ngettext(
            "The answer to %(number)s linked case was undone too.",
            "The answer to %(number)s linked cases was undone too.",
            number,
        )
        parts.append(text % {"number": number})
    return " ".join(parts)


# ---- Correcting the topic and the kind of a case, after showing what follows from it. ----


@action_page(Action.CLASSIFY, "complaints/desk/acts/classification/classify.html")
def classify(request: ActionRequest) -> HttpResponse:
    """Take the kind and the topic, show what changes with them, and correct once that is confirmed."""
    case, at = request.case, request.at
    form = ClassifyForm(request.data, case=case, topic=request.http.GET.get("topic", ""))
    if not request.is_sent(form):
        return _page(request, form)
    kind = form.cleaned_data["kind"]
    actions.classify(case, by=request.user, at=at, topic=form.chosen_topic, kind=kind)
    return request.done(gettext("The case was corrected. Limits, figures and suggestions now go by the correction."))


def _page(request: ActionRequest, form: ClassifyForm) -> HttpResponse:
    case, at = request.case, request.at
    if not request.is_checked:
        return request.page(read=owners.topic_read(case, at=at))
    follows = effects(case, topic=form.chosen_topic, kind=form.cleaned_data["kind"], at=at)
    message = None
    if follows.due_on and case.state == State.IN_PROGRESS:
        message = notices.preview("case_earlier_date", case=case, on=follows.due_on, at=at)
    return request.page(effects=follows, message=message)


# ---- Taking the urgent mark off a case. ----


@action_page(Action.CLEAR_URGENT, "complaints/desk/acts/urgency/clear_urgent.html")
def clear_urgent(request: ActionRequest) -> HttpResponse:
    """Say that nobody is in danger: the case goes to its place in the queue."""
    if not request.is_sent(Form(request.data)):
        return request.page()
    actions.clear_urgent(request.case, by=request.user, at=request.at)
    return request.done(gettext("The case is no longer marked as urgent."))


# ---- Passing praise on to the people it is for. ----


@action_page(Action.DELIVER, "complaints/desk/acts/praise/deliver.html")
def deliver(request: ActionRequest) -> HttpResponse:
    """Confirm that the praise was passed on; the citizen is told, and the case is over."""
    case = request.case
    directorates = active_directorates(case)
    form = DeliverForm(request.data, directorates=directorates)
    if not request.is_sent(form):
        return request.page()
    actions.deliver(case, by=request.user, at=request.at, directorate=form.chosen_directorate)
    return request.done(gettext("You confirmed that the praise was passed on. The citizen is being told."))


# ---- The form that recuses somebody, or ends a recusal. ----


class RecusalForm(Form):
    """Who, and why; where it can be one person only, that one is chosen."""

    person = forms.ChoiceField(label=_("Staff member"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("Reason"),
        help_text=_("Your colleagues and the CMU can read this. The citizen cannot."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, people: Sequence[User]) -> None:
        super().__init__(data)
        self.people = {str(user.pk): user for user in people}
        names = sorted((user.name, key) for key, user in self.people.items())
        choices = [(key, name) for name, key in names]
        self.offer_choices("person", choices, empty="" if len(choices) == 1 else CHOOSE)

    @property
    def chosen(self) -> User:
        """Return the person chosen."""
        return self.people[self.cleaned_data["person"]]


# ---- Recusing a colleague or oneself from a case, and ending that. ----


@action_page(Action.RECUSE, "complaints/desk/acts/recusals/recuse.html")
def recuse(request: ActionRequest) -> HttpResponse:
    """Keep somebody off the case, because it is about them."""
    people = colleagues(request.case, request.user, at=request.at)
    form = RecusalForm(request.data, people=people)
    if not request.is_sent(form):
        return request.page(is_oneself=len(people) == 1)
    actions.recuse(request.case, by=request.user, at=request.at, person=form.chosen, text=form.cleaned_data["text"])
    if form.chosen == request.user:
        return request.done(gettext("You are excluded from this case and can no longer see it."))
    return request.done(
        gettext("%(person)s is excluded and can no longer see this case.") % {"person": form.chosen.name}
    )


@action_page(Action.END_RECUSAL, "complaints/desk/acts/recusals/end_recusal.html")
def end_recusal(request: ActionRequest) -> HttpResponse:
    """Let somebody handle the case again."""
    form = RecusalForm(request.data, people=list(User.objects.filter(pk__in=request.case.recused)))
    is_sent = request.is_sent(form)
    if not form.people:
        return request.refuse(gettext("No one is excluded from this case."))
    if not is_sent:
        return request.page()
    actions.end_recusal(
        request.case, by=request.user, at=request.at, person=form.chosen, text=form.cleaned_data["text"]
    )
    return request.done(gettext("%(person)s can handle the case again.") % {"person": form.chosen.name})
