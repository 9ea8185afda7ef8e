"""Closing at the desk: the answer typed, read as the citizen reads it, sent to all who have the problem, and signed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext, ngettext

from complaints import actions, reference
from complaints.actions import linked_cases
from complaints.actions.answer_copies import matching_answers
from complaints.case_text import timeline
from complaints.desk.acts.answers.forms import CloseForm
from complaints.desk.case_page import panel
from complaints.desk.directorate.findings import findings_of
from complaints.desk.texts import standard_texts
from complaints.engine import notices
from complaints.models import Answer, AnswerState, Case
from complaints.permissions import policy, second_person
from complaints.staff.acts import Doing, act
from complaints.workflow import WRITERS, Action, Actor
from kit.forms import Form


@act(Action.CLOSE, "complaints/desk/acts/answers/close.html")
def close(doing: Doing) -> HttpResponse:
    """Answer: the outcome and the two fields, then what the citizen will read, and only then the act."""
    if not WRITERS & policy.actors(doing.case, doing.user, at=doing.at):
        raise Http404
    if doing.data is not None:
        linked_cases.lock_followed(doing.case)
    form = _form(doing)
    if not doing.is_sent(form):
        return _closing_page(doing, form)
    reach = linked_cases.answer_reach(doing.case, by=doing.user, at=doing.at, signed=False)
    outcome, found, done = (form.cleaned_data[name] for name in ("outcome", "found", "done"))
    answer = actions.close(doing.case, by=doing.user, at=doing.at, outcome=outcome, found=found, done=done)
    if answer.state == AnswerState.PROPOSED:
        if second_person.has_no_other_supervisor(doing.case, doing.user.pk, at=doing.at):
            return doing.done(gettext("Your answer is proposed. It goes out once the unit signs it, which is told."))
        return doing.done(gettext("Your answer is proposed. It goes out once the supervisor signs it."))
    return doing.done(_told(gettext("You closed the case. The citizen is being told."), reach))


def _form(doing: Doing) -> CloseForm:
    """Return the form as it was sent, or, unsent, with a standard text put in or the answer a colleague proposed."""
    about: dict[str, Any] = {"case": doing.case, "user": doing.user, "at": doing.at}
    if doing.data is not None and "insert" not in doing.data:
        return CloseForm(doing.data, **about)
    if doing.data is None:
        proposal = _proposal(doing.case)
        names = ("outcome", "found", "done") if proposal else ()
        return CloseForm(None, typed={name: getattr(proposal, name) for name in names}, **about)
    chosen = doing.data.get("standard", "")
    typed = {name: doing.data.get(name, "") for name in ("outcome", "found", "done")}
    offer = next((one for one in standard_texts.offers_for(doing.reading, at=doing.at) if str(one.id) == chosen), None)
    return CloseForm(None, typed=standard_texts.insert(offer, typed) if offer else typed, **about)


def _closing_page(doing: Doing, form: CloseForm) -> HttpResponse:
    """Show the boxes, or, once they are in order, what becomes of them."""
    case, signed = doing.case, doing.case.needs_second_signature
    reach = linked_cases.answer_reach(case, by=doing.user, at=doing.at, signed=signed)
    context: dict[str, Any] = {"reach": reach, "people": reach.people(case), "proposal": _proposal(case)}
    context["findings"] = findings_of(case)
    context["by_unit"] = signed and second_person.has_no_other_supervisor(case, doing.user.pk, at=doing.at)
    if doing.data is not None and "change" not in doing.data and form.is_complete:
        outcome, found, done = (form.cleaned_data[name] for name in ("outcome", "found", "done"))
        return doing.page(
            **context,
            answer=timeline.given(case.kind, outcome, found=found, done=done),
            message=notices.preview(notices.answered(outcome), case=case, on=None, at=doing.at),
            copies=form.copies,
        )
    return doing.page(**context, offers=standard_texts.offers_for(doing.reading, at=doing.at), lead=_lead(doing))


def _lead(doing: Doing) -> Case | None:
    """Return the lead that could be answered instead, by this person and now."""
    lead = linked_cases.lead_case(doing.case)
    if lead is None or not Case.objects.visible_to(doing.user, at=doing.at).filter(pk=lead.pk).exists():
        return None
    return lead if policy.may(lead, Action.CLOSE, doing.user, at=doing.at) else None


@act(Action.CLOSE, "complaints/desk/acts/answers/sign.html")
def sign(doing: Doing) -> HttpResponse:
    """Sign the answer a colleague proposed, and close with it."""
    if not panel.sight_of(doing.case, doing.user, at=doing.at).may_sign:
        raise Http404
    if doing.data is not None:
        linked_cases.lock_followed(doing.case)
    if not doing.is_sent(Form(doing.data)):
        return _signing_page(doing)
    reach = _reach_of_signature(doing, _proposal(doing.case))
    actions.sign(doing.case, by=doing.user, at=doing.at)
    return doing.done(_told(gettext("You signed the answer and closed the case. The citizen is being told."), reach))


def _signing_page(doing: Doing) -> HttpResponse:
    case = doing.case
    proposal = case.answers.select_related("written_by").get(state=AnswerState.PROPOSED)
    reach = _reach_of_signature(doing, proposal)
    words = {"found": proposal.found, "done": proposal.done}
    return doing.page(
        proposal=proposal,
        answer=timeline.given(case.kind, proposal.outcome, **words),
        message=notices.preview(notices.answered(proposal.outcome), case=case, on=None, at=doing.at),
        copies=matching_answers(case, **words, user=doing.user, at=doing.at),
        reach=reach,
        people=reach.people(case),
        may_write=bool(WRITERS & policy.actors(case, doing.user, at=doing.at)),
    )


def _reach_of_signature(doing: Doing, proposal: Answer | None) -> linked_cases.AnswerReach:
    by_unit = Actor.SUPERVISOR not in policy.actors(doing.case, doing.user, at=doing.at)
    writer = proposal.written_by if proposal else None
    return linked_cases.answer_reach(
        doing.case, by=doing.user, at=doing.at, signed=True, writer=writer, by_unit=by_unit
    )


def _proposal(case: Case) -> Answer | None:
    return case.answers.filter(state=AnswerState.PROPOSED).select_related("written_by").first()


def _told(done: str, reach: linked_cases.AnswerReach) -> str:
    """Return what happened, with how many others were answered and which of them were not."""
    parts = [done]
    if number := len(reach.ready):
        text = ngettext(
            "%(number)s more case was closed with the same answer.",
            "%(number)s more cases were closed with the same answer.",
            number,
        )
        parts.append(text % {"number": number})
    parts += [
        gettext("%(case)s stays as it is: %(why)s.")
        % {"case": reference.grouped(one.case.reference) if one.case else gettext("A linked case"), "why": one.why}
        for one in reach.left
    ]
    return " ".join(parts)
