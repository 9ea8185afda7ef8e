"""What officers add to a case: notes, telephone calls, labels, words of a voice note, files that are shown."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from accounts.identity import disclosure
from accounts.models import User
from accounts.sign_in.factors import recent_factor_required
from complaints import actions
from complaints.actions.classification import labels_on
from complaints.actions.decisions import NobodyToRemind, RemindedToday, Whom, remindable
from complaints.actions.notes import NotAnOfficer, candidates, finding_files
from complaints.attachments.fields import NOT_STORED
from complaints.attachments.uploads import NotStored
from complaints.engine import holders
from complaints.models import Attachment, SpokenWith
from complaints.models.annotations import LABEL_LENGTH
from complaints.models.files import VOICE_TYPE
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.action_pages import ActionRequest, action_page, checked
from complaints.staff.forms import SHORTEST_TEXT, TextWithFilesForm
from complaints.staff.handing_over import HandOverForm, offered_centres
from complaints.visibility.redaction import knows_person, may_hear
from complaints.workflow import Action, Holder
from kit.dates import day_digits, moment_text
from kit.forms import CHOOSE, Card, ChoiceCardsField, Form, LineField, ParagraphField

#: Why a colleague who was offered a moment ago cannot get a case.
GONE = _("This person is not available at your agency today. Choose another officer")


class NoteForm(Form):
    """A note for colleagues."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=4,
        label=_("Your note"),
        help_text=_("Your colleagues and the CMU can read this. The citizen cannot."),
    )


class NoteWithFilesForm(TextWithFilesForm, NoteForm):
    """A note for colleagues, with files that they alone see."""


class CallForm(Form):
    """A telephone call: with whom, and what was said."""

    spoken_with = ChoiceCardsField(
        cards=[Card(value, label) for value, label in SpokenWith.choices],
        label=_("Who did you speak to?"),
        error_messages={"required": _("Choose who you spoke to")},
    )
    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=4,
        label=_("What was said?"),
        error_messages={"required": _("Write what was said")},
        help_text=_("Your colleagues and the CMU can read this. The citizen cannot."),
    )


class AssignForm(Form):
    """The colleague who goes on with a case, or with many."""

    officer = forms.ChoiceField(label=_("Officer"), error_messages={"invalid_choice": GONE})

    def __init__(self, data: Mapping[str, Any] | None, *, officers: Sequence[User]) -> None:
        super().__init__(data)
        self.officers = {str(officer.pk): officer for officer in officers}
        names = [(key, officer.name) for key, officer in self.officers.items()]
        self.offer_choices("officer", names, empty=CHOOSE)

    @property
    def chosen(self) -> User:
        """Return the officer chosen."""
        return self.officers[self.cleaned_data["officer"]]


class TakeBackForm(Form):
    """What a centre outside answered."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("What did the centre answer?"),
        error_messages={"required": _("Write what the centre answered")},
        help_text=_("The citizen does not see this. It helps you to write the answer."),
    )


# ---- Notes, telephone calls, giving the case to a colleague, and handing it to an outside centre. ----


#: The field by which the page of a call asks for the number of the person.
NUMBER_FIELD: Final = "number"


def _note_form(request: ActionRequest) -> NoteWithFilesForm:
    return NoteWithFilesForm(request.data, request.files, **request.uploading)


@action_page(Action.NOTE, "complaints/desk/acts/notes/note.html", before=checked(_note_form))
def note(request: ActionRequest) -> HttpResponse:
    """Write a note for colleagues, with files."""
    form: NoteWithFilesForm = request.before
    if not request.is_sent(form):
        return request.page()
    try:
        actions.note(
            request.case, by=request.user, at=request.at, text=form.cleaned_data["text"], attachments=form.taken
        )
    except NotStored:
        form.add_error("attachments", NOT_STORED)
        return request.page()
    return request.done(gettext("Your note was saved."))


@action_page(Action.CALL, "complaints/desk/acts/notes/call.html")
def call(request: ActionRequest) -> HttpResponse:
    """Record a telephone call; ``NUMBER_FIELD`` shows the number of the person first, beside what was typed."""
    if request.data is not None and NUMBER_FIELD in request.data:
        return _page_with_number(request.http, request)
    form = CallForm(request.data)
    if not request.is_sent(form):
        return request.page()
    spoken_with = SpokenWith(form.cleaned_data["spoken_with"])
    actions.log_call(
        request.case, by=request.user, at=request.at, spoken_with=spoken_with, text=form.cleaned_data["text"]
    )
    return request.done(gettext("The call was recorded."))


@recent_factor_required()
def _page_with_number(_http: HttpRequest, request: ActionRequest) -> HttpResponse:
    """Show the page with the number, after recording who saw it for which case.

    404 where the person hid the identity from the reader.
    """
    if not knows_person(request.case, request.user, at=request.at):
        raise Http404
    shown = disclosure.reveal(
        request.case.citizen,
        viewer=request.user,
        about=disclosure.CaseMark(request.case.reference, request.case.agency_id),
        fields=("phone",),
        reason=gettext("To call about this case"),
        at=request.at,
    )
    request.form = CallForm(None, initial=request.http.POST.dict())
    return request.page(phone=shown["phone"])


@action_page(Action.ASSIGN, "complaints/desk/acts/notes/assign.html")
def assign(request: ActionRequest) -> HttpResponse:
    """Give the case to an officer of the agency."""
    others = [officer for officer in candidates(request.case, at=request.at) if officer.pk != request.case.officer_id]
    if not others:
        return request.refuse(gettext("There is no other officer in your agency today who could take the case."))
    form = AssignForm(request.data, officers=others)
    if not request.is_sent(form):
        return request.page()
    try:
        actions.assign(request.case, by=request.user, at=request.at, officer=form.chosen)
    except NotAnOfficer:
        form.add_error("officer", GONE)
        return request.page()
    return request.done(gettext("The case is now assigned to %(officer)s.") % {"officer": form.chosen.name})


@action_page(Action.HAND_OVER, "complaints/desk/acts/notes/hand_over.html")
def hand_over(request: ActionRequest) -> HttpResponse:
    """Hand the case to a centre outside the system."""
    form = HandOverForm(request.data, offered=offered_centres(request.case))
    is_sent = request.is_sent(form)
    if holders.current_holder(request.case)[0] != Holder.AGENCY:
        return request.refuse(gettext("The case is with someone else now. It must come back to your agency first."))
    if not is_sent:
        return request.page()
    reference = form.cleaned_data["reference"]
    actions.hand_over(request.case, by=request.user, at=request.at, centre=form.chosen, reference=reference)
    return request.done(gettext("The case is with %(centre)s until it answers.") % {"centre": form.chosen.name})


@action_page(Action.TAKE_BACK, "complaints/desk/acts/notes/take_back.html")
def take_back(request: ActionRequest) -> HttpResponse:
    """Record the answer of the centre and take the case back."""
    form = TakeBackForm(request.data)
    is_sent = request.is_sent(form)
    handed = holders.open_handover(request.case)
    if handed is None:
        return request.refuse(gettext("This case is not with an outside centre."))
    if not is_sent:
        return request.page(handed=handed)
    actions.take_back(request.case, by=request.user, at=request.at, answer=form.cleaned_data["text"])
    return request.done(gettext("The answer was recorded, and the case is with you again."))


# ---- The forms of labels and of a reminder. ----


class LabelForm(Form):
    """A label to put on cases: a new one, or one the agency uses already."""

    name = LineField(
        max=LABEL_LENGTH, label=_("Label"), help_text=_("One or two words. Only staff of your agency see its labels.")
    )


class LabelsForm(Form):
    """The labels of one case: a new one, and those to take off."""

    name = LineField(
        max=LABEL_LENGTH,
        required=False,
        label=_("New label"),
        help_text=_("One or two words. Only staff of your agency see its labels."),
    )
    off = forms.MultipleChoiceField(required=False, label=_("Labels to remove"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Mapping[str, Any] | None, *, labels: Sequence[str]) -> None:
        super().__init__(data)
        self.labels = labels
        self.offer_choices("off", [(name, name) for name in labels])

    def clean(self) -> dict[str, Any]:
        """Refuse a form that changes nothing."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned["name"] and not cleaned["off"]:
            self.add_error("name", _("Enter a label, or select one to remove"))
        return cleaned


_REMINDED: Final = (
    Card(
        Whom.OFFICER,
        _("The officer"),
        _("By e-mail and SMS. If the case has no officer, all officers of the agency are reminded."),
    ),
    Card(Whom.DIRECTORATE, _("The directorate"), _("The directorate gets its link by e-mail again.")),
)


class RemindForm(Form):
    """Who is reminded: one of those whom the person can remind now."""

    whom = ChoiceCardsField(
        label=_("Who do you want to remind?"), error_messages={"required": _("Choose who you want to remind")}
    )

    def __init__(self, data: Mapping[str, Any] | None, *, whom: Sequence[Whom]) -> None:
        super().__init__(data, initial={"whom": whom[0] if len(whom) == 1 else ""})
        self.has_anybody = bool(whom)
        self.offer("whom", [card for card in _REMINDED if card.value in whom])


# ---- The labels of a case, and a reminder about it. ----


@action_page(Action.LABEL, "complaints/desk/acts/labels/label.html")
def label(request: ActionRequest) -> HttpResponse:
    """Put a label on the case, and take others off."""
    form = LabelsForm(request.data, labels=labels_on(request.case, request.user, at=request.at))
    if not request.is_sent(form):
        return request.page()
    for name in form.cleaned_data["off"]:
        actions.unlabel(request.case, by=request.user, at=request.at, name=name)
    if form.cleaned_data["name"]:
        actions.label(request.case, by=request.user, at=request.at, name=form.cleaned_data["name"])
    return request.done(gettext("The labels were changed."))


@action_page(Action.REMIND, "complaints/desk/acts/labels/remind.html")
def remind(request: ActionRequest) -> HttpResponse:
    """Remind the officer of the case, or the directorate that was asked."""
    form = RemindForm(request.data, whom=remindable(request.case, by=request.user, at=request.at))
    if not form.has_anybody:
        return request.refuse(_nobody())
    if not request.is_sent(form):
        return request.page()
    action = actions.remind_officer if form.cleaned_data["whom"] == Whom.OFFICER else actions.remind_directorate
    try:
        action(request.case, by=request.user, at=request.at)
    except RemindedToday:
        return request.refuse(gettext("A reminder was already sent today."))
    except NobodyToRemind:
        return request.refuse(_nobody())
    return request.done(gettext("The reminder is on its way."))


def _nobody() -> str:
    return gettext("There is no one to remind about this case now.")


# ---- The form in which a voice note is written down. ----


class TranscriptForm(Form):
    """What a voice note says; of several notes one is chosen."""

    voice = forms.ChoiceField(label=_("Voice note"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=8,
        label=_("What does the person say?"),
        help_text=_("Write every word, as it was said. The person reads it, and the search finds it."),
        error_messages={"required": _("Write what the person says")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, voices: Sequence[Attachment]) -> None:
        waiting = next((voice for voice in voices if not voice.transcript), voices[0])
        super().__init__(data, initial={"voice": str(waiting.pk), "text": waiting.transcript})
        self.offer_choices("voice", [(str(voice.pk), _voice_name(voice)) for voice in voices])
        if len(voices) == 1:
            self.fields["voice"].widget = forms.HiddenInput()


def _voice_name(voice: Attachment) -> str:
    words = {"moment": moment_text(voice.added_at), "seconds": voice.seconds}
    return gettext("%(moment)s, %(seconds)s seconds") % words


# ---- Writing a voice note down. ----


@action_page(Action.TRANSCRIBE, "complaints/desk/acts/voices/transcribe.html")
def transcribe(request: ActionRequest) -> HttpResponse:
    """Play a voice note and write down what it says; 404 for who may not hear it."""
    voices = list(request.case.attachments.from_citizen().filter(content_type=VOICE_TYPE))
    if not voices or not may_hear(request.case, request.user, at=request.at):
        raise Http404
    form = TranscriptForm(request.data, voices=voices)
    if not request.is_sent(form):
        return request.page(voices=voices)
    voice = uuid.UUID(form.cleaned_data["voice"])
    actions.transcribe(request.case, by=request.user, at=request.at, voice=voice, text=form.cleaned_data["text"])
    return request.done(gettext("The voice note was written down. The person can read it."))


# ---- The form with which an agency lets the citizen see files of its directorates. ----


class ShownFilesForm(Form):
    """The files of findings that the citizen sees; those that are shown already are ticked."""

    seen = forms.MultipleChoiceField(
        required=False,
        label=_("Files that the citizen sees"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A file without a tick is seen by your agency and the CMU only."),
        error_messages={"invalid_choice": _("One of the files is not there any more. Choose again")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, files: Sequence[Attachment], knows_person: bool) -> None:
        """``files`` come with their consultations and ``shown``; people name files after the citizen."""
        self.shown = {file.pk for file in files if hasattr(file, "shown")}
        super().__init__(data, initial={"seen": [str(key) for key in self.shown]})
        self.offer_choices("seen", [(str(file.pk), _line(file, knows_person=knows_person)) for file in files])

    @property
    def chosen(self) -> set[UUID]:
        """Return the keys of the files that are ticked."""
        return {UUID(key) for key in self.cleaned_data["seen"]}


def _line(file: Attachment, *, knows_person: bool) -> str:
    name = file.name if knows_person else file.plain_name
    office = file.consultation.directorate.name if file.consultation else ""
    # Isolating marks: a Latin name would otherwise change the direction of an Arabic line.
    return gettext(", ").join([f"\u2068{name}\u2069", office, day_digits(timezone.localdate(file.added_at))])


# ---- Choosing which files of directorates the citizen sees. ----


@action_page(Action.SHOW_FILES, "complaints/desk/acts/shown_files/show.html")
def show_files(request: ActionRequest) -> HttpResponse:
    """Let the citizen see files that directorates sent with their findings, or no longer."""
    files = list(finding_files(request.case).select_related("consultation__directorate", "shown"))
    if not files:
        return request.refuse(gettext("No directorate has sent a file about this case."))
    knows_person = request.case_visibility.knows_person
    form = ShownFilesForm(request.data, files=files, knows_person=knows_person)
    if not request.is_sent(form):
        return request.page(offered=files, hides_names=not knows_person)
    if form.chosen == form.shown:
        return request.done(gettext("Nothing was changed: the citizen sees the same files as before."))
    actions.show_files(request.case, by=request.user, at=request.at, files=form.chosen)
    return request.done(gettext("Saved. The citizen sees the files with a tick on the page of the case."))
