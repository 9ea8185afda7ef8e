"""The steps of filing: what happened, what it was understood as, and the check before sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy as _

from agencies.models import Governorate, TopicQuestion
from complaints.attachments.fields import UploadForm
from complaints.case_text.kinds import words_of_kind
from complaints.filing.first_words import first_words
from complaints.filing.place_form import PlaceForm
from complaints.filing.question_form import TopicQuestionsForm
from complaints.filing.understanding import UNIT, Understood
from complaints.models import Draft, NotifyBy
from complaints.models.case import DETAILS_LENGTH, EMPLOYEE_LENGTH, SUBJECT_LENGTH
from complaints.workflow import Kind
from kit.forms import Card, ChoiceCardsField, Form, LineField, ParagraphField
from kit.unit import naming_unit

#: Said of a token that is not the draft's: forged, or of a page that another tab has overtaken.
STALE = _("This page was out of date. Check your entries, then send again.")


# ---- what was understood ----


class FitForm(Form):
    """What the words were understood as: a topic with its agency, or that nothing fits; and the place they name."""

    fit = ChoiceCardsField(
        label=_("Topic and agency"),
        error_messages={"required": _("Choose what fits, or “Nothing fits”")},
    )
    there = forms.BooleanField(required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, understood: Understood) -> None:
        super().__init__(data, initial={"there": True})
        self.understood = understood
        self.offer("fit", understood.cards)
        if understood.place:
            self.fields["there"].label = gettext("The place is: %(place)s") % {"place": understood.place.name}
        else:
            del self.fields["there"]

    @property
    def chosen(self) -> dict[str, Any]:
        """Return what the draft takes."""
        code = self.cleaned_data["fit"]
        fit = next((fit for fit in self.understood.fits if fit.code == code), None)
        unit: dict[str, Any] = {"agency": None, "agency_unknown": True, "topic": None}
        words = unit if code == UNIT or fit is None else fit.chosen
        if self.understood.place and self.cleaned_data.get("there"):
            words |= self.understood.place.as_words
        return words


# ---- what happened ----


class DetailsStepForm(UploadForm, PlaceForm, TopicQuestionsForm):
    """One box for what happened, the answers to the questions of the topic, the place and the files.

    The subject is made from the first words and can be corrected later. ``is_partial`` is for the buttons that keep
    what there is without going on: nothing is required then.
    """

    subject = LineField(max=SUBJECT_LENGTH, required=False, label=_("Subject in one line"))
    details = ParagraphField(
        max=DETAILS_LENGTH, rows=7, error_messages={"required": _("Write in the box what you want to tell us")}
    )
    employee = LineField(
        max=EMPLOYEE_LENGTH,
        required=False,
        label=_("Name of the employee"),
        help_text=_("The agency passes your thanks on to this person. You can leave this empty."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile[Any]] | None = None,
        *,
        draft: Draft,
        questions: Sequence[TopicQuestion],
        governorates: Sequence[Governorate],
        is_partial: bool = False,
        **limits: Any,
    ) -> None:
        super().__init__(data, files, initial=_what_initial(draft), **limits)
        self.draft = draft
        self.is_partial, self.shows_subject = is_partial, draft.has_words
        self.offer_places(governorates, is_required=draft.needs_place and not is_partial)
        words = words_of_kind(draft.kind)
        self.fields["details"].label, self.fields["details"].help_text = words.question, words.hint
        self.fields["details"].required = not is_partial
        self._name_employee(draft.kind)
        self.ask(questions, draft.answers, is_partial=is_partial)
        self.order_fields(("subject", "details", *(bound.name for bound in self.asked)))

    def _name_employee(self, kind: str) -> None:
        """Ask for the employee where a case can be about one: praise is passed on, a complaint kept away."""
        if kind == Kind.COMPLAINT:
            field = self.fields["employee"]
            field.label = _("Name of the employee, if the complaint is about one")
            field.help_text = _(
                "Write the full name. This person will not handle the complaint. You can leave this empty."
            )
        elif kind != Kind.PRAISE:
            del self.fields["employee"]

    def clean(self) -> dict[str, Any]:
        """Ask for no words beside a voice note, which says them."""
        cleaned: dict[str, Any] = super().clean() or {}
        missing = [name for name in ("subject", "details") if self.has_error(name, "required")]
        if missing and (any(file.is_voice for file in self.taken) or self.draft.has_voice):
            for name in missing:
                del self.errors[name]
                cleaned[name] = ""
        return cleaned

    @property
    def words(self) -> dict[str, Any]:
        """Return what was typed and is in order, as the draft keeps it; a subject nobody wrote follows the details."""
        in_order: dict[str, Any] = self.other_values | {"answers": self.given_answers}
        in_order.pop("attachments", None)
        is_made = in_order.get("subject", "") in {"", first_words(self.draft.details)}
        if is_made and in_order.get("details") and "subject" not in self.errors:
            in_order["subject"] = first_words(in_order["details"])
        return self.with_place(in_order)


def _what_initial(draft: Draft) -> dict[str, Any]:
    return {
        "subject": draft.subject,
        "details": draft.details,
        "governorate": draft.governorate.code if draft.governorate else "",
        "area": draft.area,
        "place": draft.place,
        "latitude": draft.latitude,
        "longitude": draft.longitude,
        "employee": draft.employee,
    }


# ---- check and send ----


class CheckStepForm(Form):
    """How to be told, whether to stay unnamed, the token of the draft that is sent, and what of it was ``seen``.

    ``email`` is the confirmed address alone: without one there is nothing to choose.
    """

    draft = forms.UUIDField(error_messages={"required": STALE, "invalid": STALE})
    seen = forms.CharField(required=False, max_length=64)
    notify_by = ChoiceCardsField(
        label=_("How should we send you updates?"),
        error_messages={"required": _("Choose how we should send you updates")},
    )
    hides_identity = forms.BooleanField(
        required=False,
        label=_("Hide my identity from the agency"),
        help_text=naming_unit(
            _(
                "The agency does not see your name and number. The %(unit)s does. You will see what the agency sees "
                "before it is sent."
            )
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, phone: str, email: str) -> None:
        super().__init__(data)
        ways = {NotifyBy.SMS: phone, NotifyBy.EMAIL: email}
        cards = [Card(way.value, way.label, f"\u2066{address}\u2069") for way, address in ways.items() if address]
        self.offer("notify_by", cards)

    @property
    def wishes(self) -> dict[str, Any]:
        """Return how the citizen wants to be told, and whether the agency learns who it is."""
        return {name: self.cleaned_data[name] for name in ("notify_by", "hides_identity")}
