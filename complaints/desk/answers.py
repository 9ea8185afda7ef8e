"""Closing a case with an answer, which some topics need signed by a second person."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from complaints import actions, reference
from complaints.actions import links
from complaints.actions.answers import matching_answers
from complaints.attachments import responses, uploads
from complaints.attachments.fields import NOT_STORED, refusal_text, take as take_files, uploader_key
from complaints.attachments.recognition import RefusalCause
from complaints.case_text import timeline
from complaints.case_text.answers import fault_text
from complaints.desk.directorate_forms import findings
from complaints.engine import notices
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Answer, AnswerState, Attachment, AttachmentMark, Case
from complaints.permissions import policy, rulings
from complaints.staff import forms
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.acts import ANSWER_FIELDS, CloseForm
from complaints.workflow import Action, Actor, Kind
from kit.forms import Form, MultipleFileField

# ---- The files of an answer while it is written: taken with every press, listed, removed, and sent along. ----


ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"
#: The name of the button that removes a file; its value is the key of the file.
REMOVE = "remove_file"
_Field = partial(MultipleFileField, most=uploads.MOST_FILES, accept=ACCEPT, required=False)


class AnswerFilesForm(Form):
    """Photos and PDF files of an answer, by what they show; ``taken`` are those that can be stored.

    When and where the photos were taken is kept with them, because it is a proof of the agency's work.
    """

    before = _Field(label=_("Photos before the work"))
    after = _Field(label=_("Photos after the work"))
    other = _Field(
        label=_("Other photos or PDF files"),
        help_text=_("The citizen sees these files with the answer, and on which day a photo was taken."),
    )

    def __init__(self, *args: Any, request: ActionRequest, room: int) -> None:
        super().__init__(*args)
        self.request, self.room = request, room
        self.taken: list[Attachment] = []

    def clean_before(self) -> None:
        """Take the photos of before."""
        self._take("before", AttachmentMark.BEFORE)

    def clean_after(self) -> None:
        """Take the photos of after."""
        self._take("after", AttachmentMark.AFTER)

    def clean_other(self) -> None:
        """Take the other files."""
        self._take("other", AttachmentMark.OTHER)

    def _take(self, name: str, mark: AttachmentMark) -> None:
        files: list[UploadedFile[Any]] = self.cleaned_data[name]
        uploader, room = uploader_key(self.request.user), self.room - len(self.taken)
        taken, refused = take_files(files, room=room, uploader=uploader, at=self.request.at, keeps_facts=True)
        for file in taken:
            if file.is_picture or file.content_type == "application/pdf":
                file.mark = mark
                self.taken.append(file)
            else:
                refused.append(refusal_text(RefusalCause.TYPE, file.name))
        if refused:
            raise ValidationError(refused, code="refused")


@dataclass(frozen=True)
class AnswerFiles:
    """The form for more files, and the files that go with the answer; not ``is_settled`` while something is wrong."""

    form: AnswerFilesForm
    kept: Sequence[Attachment]
    is_settled: bool

    @property
    def keys(self) -> list[uuid.UUID]:
        """Return the keys of the files that go with the answer."""
        return [file.pk for file in self.kept]


def take(request: ActionRequest) -> AnswerFiles:
    """Keep the files that were sent and remove the one that is to go; return where the files stand then."""
    waiting = responses.prepared_files(request.case, request.user)
    if request.data is None or not request.permissions.may_write_answer:
        return AnswerFiles(AnswerFilesForm(None, request=request, room=0), list(waiting), is_settled=True)
    is_removing = REMOVE in request.data
    if is_removing:
        _remove(request, str(request.data[REMOVE]))
    room = uploads.MOST_FILES - waiting.count()
    form = AnswerFilesForm(request.data, request.http.FILES, request=request, room=room)
    is_valid = form.is_valid()
    try:
        responses.prepare(form.taken, case=request.case, by=request.user)
    except uploads.NotStored:
        form.add_error("other", NOT_STORED)
        is_valid = False
    return AnswerFiles(form, list(waiting.all()), is_settled=is_valid and not is_removing)


def _remove(request: ActionRequest, key: str) -> None:
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return
    for file in responses.prepared_files(request.case, request.user).filter(pk=wanted):
        uploads.remove(file)


@action_page(Action.CLOSE, "complaints/desk/acts/answers/close.html", before=take)
def close(request: ActionRequest) -> HttpResponse:
    """Take the answer, show it as the citizen will read it, and close with it once it is confirmed."""
    if not request.permissions.may_write_answer:
        raise Http404
    if request.case.kind == Kind.PRAISE:
        raise TransitionNotAllowed(request.action, request.case)
    if request.data is not None:
        links.lock_followed(request.case)
    form = _form(request)
    files: AnswerFiles = request.before
    if not request.is_sent(form) or not files.is_settled:
        return _closing_page(request, form)
    reach = links.answer_reach(request.case, by=request.user, at=request.at, signed=False)
    answer = actions.close(request.case, by=request.user, at=request.at, **form.answer, files=files.keys)
    if answer.state == AnswerState.PROPOSED:
        if rulings.has_no_other_supervisor(request.case, request.user.pk, at=request.at):
            return request.done(
                gettext("Your answer was proposed. It is sent when the CMU signs it. The CMU is being told.")
            )
        return request.done(gettext("Your answer was proposed. It is sent when the supervisor signs it."))
    return request.done(
        _result_text(gettext("You closed the case."), reach), tells=gettext("The citizen is being told.")
    )


def _form(request: ActionRequest) -> CloseForm:
    """Return the form as it was sent, else filled with a standard text or with the answer that is proposed."""
    about: dict[str, Any] = {"case": request.case, "user": request.user, "at": request.at}
    if request.data is not None and not {"insert", "quick"} & request.data.keys():
        return CloseForm(request.data, **about)
    if request.data is None:
        proposal = _proposal(request.case)
        names = ANSWER_FIELDS if proposal else ()
        return CloseForm(None, typed={name: getattr(proposal, name) for name in names}, **about)
    chosen = request.data.get("quick") or request.data.get("standard", "")
    typed = {name: request.data.get(name, "") for name in ("outcome", "found", "done")}
    offered = forms.offered_texts(request.case_visibility, at=request.at)
    text = next((text for text in offered if str(text.id) == chosen), None)
    form = CloseForm(None, typed=forms.insert_text(text, typed) if text else typed, **about)
    form.lacks_standard_text = text is None
    return form


def _closing_page(request: ActionRequest, form: CloseForm) -> HttpResponse:
    """Show the form, or, once it is complete, the answer and the message as the citizen will read them."""
    case, signed = request.case, request.case.needs_second_signature
    reach = links.answer_reach(case, by=request.user, at=request.at, signed=signed)
    context: dict[str, Any] = {"reach": reach, "people": reach.people(case), "proposal": _proposal(case)}
    context["findings"] = findings(case)
    context["files"] = request.before
    context["by_unit"] = signed and rulings.has_no_other_supervisor(case, request.user.pk, at=request.at)
    if request.may_confirm and form.is_complete and request.before.is_settled:
        outcome, found, done = (form.cleaned_data[name] for name in ("outcome", "found", "done"))
        return request.page(
            **context,
            answer=timeline.given_answer(case.kind, outcome, found=found, done=done),
            message=notices.preview(notices.closing_template(outcome), case=case, on=None, at=request.at),
            copies=form.copies,
        )
    offered = forms.offered_texts(request.case_visibility, at=request.at)
    return request.page(**context, standard_texts=offered, lead=_lead(request))


def _lead(request: ActionRequest) -> Case | None:
    """Return the lead that could be answered instead, by this person and now."""
    lead = links.lead_case(request.case)
    if lead is None or not Case.objects.visible_to(request.user, at=request.at).filter(pk=lead.pk).exists():
        return None
    return lead if policy.may(lead, Action.CLOSE, request.user, at=request.at) else None


@action_page(Action.CLOSE, "complaints/desk/acts/answers/sign.html")
def sign(request: ActionRequest) -> HttpResponse:
    """Sign the answer a colleague proposed, and close with it."""
    proposal = _proposal(request.case)
    if proposal is None and request.data is not None:
        raise TransitionNotAllowed(request.action, request.case)
    if proposal is None or not request.permissions.may_sign:
        raise Http404
    if request.data is not None:
        links.lock_followed(request.case)
    if not request.is_sent(Form(request.data)):
        return _signing_page(request, proposal)
    reach = _reach_of_signature(request, proposal)
    actions.sign(request.case, by=request.user, at=request.at)
    done = _result_text(gettext("You signed the answer and closed the case."), reach)
    return request.done(done, tells=gettext("The citizen is being told."))


def _signing_page(request: ActionRequest, proposal: Answer) -> HttpResponse:
    case = request.case
    reach = _reach_of_signature(request, proposal)
    words = {"found": proposal.found, "done": proposal.done}
    return request.page(
        proposal=proposal,
        answer=timeline.given_answer(case.kind, proposal.outcome, **words),
        message=notices.preview(notices.closing_template(proposal.outcome), case=case, on=None, at=request.at),
        copies=matching_answers(case, **words, user=request.user, at=request.at),
        reach=reach,
        people=reach.people(case),
        proposed_files=proposal.attachments.all(),
        may_write=request.permissions.may_write_answer,
        open_question=fault_text(proposal.challenge, kind=case.kind),
    )


def _reach_of_signature(request: ActionRequest, proposal: Answer) -> links.AnswerReach:
    by_unit = Actor.SUPERVISOR not in request.permissions.actors
    return links.answer_reach(
        request.case, by=request.user, at=request.at, signed=True, writer=proposal.written_by, by_unit=by_unit
    )


def _proposal(case: Case) -> Answer | None:
    return case.answers.filter(state=AnswerState.PROPOSED).select_related("written_by").first()


def _result_text(done: str, reach: links.AnswerReach) -> str:
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
        gettext("%(case)s was not changed: %(why)s.")
        % {
            "case": reference.grouped(answered.case.reference) if answered.case else gettext("A linked case"),
            "why": answered.why,
        }
        for answered in reach.left
    ]
    return " ".join(parts)
