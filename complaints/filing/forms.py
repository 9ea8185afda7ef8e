"""The steps of filing: what happened, what it was understood as, and the check before sending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy as _

from agencies.models import City, Governorate, QuestionKind, TopicQuestion
from complaints.actions.answers import AnswerTexts, answered_day
from complaints.attachments.fields import UploadForm
from complaints.case_text.kinds import words_of_kind
from complaints.filing.understanding import UNIT, Understood, first_words
from complaints.models import Draft, NotifyBy, TopicAnswer
from complaints.models.case import DETAILS_LENGTH, EMPLOYEE_LENGTH, SUBJECT_LENGTH
from complaints.models.coordinates import is_in_jordan
from complaints.models.texts import LINE_LENGTH
from complaints.workflow import Kind
from kit.compiled_reads import CompiledRead
from kit.forms import CHOOSE, Card, ChoiceCardsField, DayField, Form, LineField, ParagraphField
from kit.unit import naming_unit

# ---- Where it happened: the governorate, an area from its list or another, a description, and the phone's
# location.


#: Degrees are kept to about ten metres; more would say which room.
DECIMALS = 4
COORDINATES = ("latitude", "longitude")


def area_options() -> SafeString:
    """Return the names of the offered areas in the language of the page as options, each with its governorate.

    The rows are read each time; the same ones are written once.
    """
    return _options(tuple(_AREAS.rows(f"name_{get_language() or 'ar'}")))


@lru_cache(maxsize=4)
def _options(rows: tuple[tuple[str, str, str], ...]) -> SafeString:
    return format_html_join("\n", '<option value="{}" data-in="{}">{}</option>', rows)


def _areas(name: str) -> QuerySet[City, tuple[str, str, str]]:
    rows = City.objects.filter(is_active=True).order_by("governorate__sort_order", name)
    return rows.values_list(name, "governorate__code", f"governorate__{name}")


_AREAS: Final = CompiledRead(_areas, is_prepared=True)


def all_governorates() -> list[Governorate]:
    """Return all governorates in their order."""
    return _GOVERNORATES.rows()


_GOVERNORATES: Final = CompiledRead(lambda _shape: Governorate.objects.all(), is_prepared=True)


def governorates_named(code: str) -> list[Governorate]:
    """Return the governorate with this code, for a form that no page shows; no statement without a code."""
    return _NAMED.rows(code=code) if code else []


_NAMED: Final = CompiledRead(lambda _shape, *, code: Governorate.objects.filter(code=code), is_prepared=True)


class PlaceForm(Form):
    """The fields of the place.

    Coordinates are taken only when the person presses the button for them; outside Jordan they are refused.
    """

    governorate = forms.ChoiceField(required=False, label=_("Governorate"))
    area = LineField(
        max=120,
        required=False,
        label=_("Area or district"),
        widget=forms.TextInput(attrs={"list": "areas", "autocomplete": "off"}),
    )
    place = LineField(max=200, required=False, label=_("Describe the place"))
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)

    def offer_places(self, governorates: Sequence[Governorate], *, is_required: bool) -> None:
        """Offer the governorates; ``is_required`` asks for one, and for where in it."""
        self.governorates = {governorate.code: governorate for governorate in governorates}
        names = [(code, one.name) for code, one in self.governorates.items()]
        self.offer_choices("governorate", names, empty=CHOOSE)
        self.fields["governorate"].required = self.is_place_required = is_required

    def clean(self) -> dict[str, Any]:
        """Refuse a location abroad, and a missing place where the topic needs one."""
        cleaned = super().clean() or {}
        is_located = self._settle_location(cleaned)
        is_described = cleaned.get("area") or cleaned.get("place") or is_located
        if self.is_place_required and not is_described and not {"area", "place"} & self.errors.keys():
            self.add_error("place", gettext("Write where it is, or use your location"))
        return cleaned

    def _settle_location(self, cleaned: dict[str, Any]) -> bool:
        """Keep both coordinates or none; tell whether they are kept."""
        latitude, longitude = cleaned.get("latitude"), cleaned.get("longitude")
        is_wrong = bool(set(COORDINATES) & self.errors.keys())
        if latitude is not None and longitude is not None:
            if is_in_jordan(latitude, longitude):
                cleaned |= {"latitude": round(latitude, DECIMALS), "longitude": round(longitude, DECIMALS)}
                return True
            is_wrong = True
        for name in COORDINATES:
            self.errors.pop(name, None)
            cleaned[name] = None
        if is_wrong:
            # The page must not send it again.
            self.data = {**self.data, **dict.fromkeys(COORDINATES, "")}
            text = gettext("Your location is not in Jordan, so we did not keep it. Write where it happened instead.")
            self.add_error("place", text)
        return False

    def with_place(self, words: dict[str, Any]) -> dict[str, Any]:
        """Return ``words`` with the governorate as its row."""
        if "governorate" in words:
            words["governorate"] = self.governorates.get(words["governorate"])
        return words


# ---- The questions of a topic as fields of a form: labels, hints and errors in the language of the reader. ----


class TopicQuestionsForm(Form):
    """A form that also asks the questions of a topic, which ``ask`` adds.

    A page may have been opened before the topic changed: an answer it did not ask for stays as it was.
    """

    def ask(
        self,
        questions: Sequence[TopicQuestion],
        given: AnswerTexts,
        *,
        before: Mapping[int, TopicAnswer] | None = None,
        is_partial: bool = False,
    ) -> None:
        """Ask ``questions``, filled with the answers ``given``; an answer given ``before`` stays on offer."""
        self.questions, self._stored = questions, given
        for question in questions:
            name, stored = _name(question), given.get(question.code, "")
            field = _field(question, (before or {}).get(question.pk))
            self.fields[name] = field
            self.initial[name] = answered_day(stored) if question.kind == QuestionKind.DATE else stored
            is_kept = bool(stored) and self.is_bound and self._is_omitted(name)
            field.required = question.is_required and not is_partial and not is_kept

    def _is_omitted(self, name: str) -> bool:
        widget: forms.Widget = self.fields[name].widget
        return bool(widget.value_omitted_from_data(self.data, self.files, self.add_prefix(name)))

    @property
    def asked(self) -> list[BoundField]:
        """Return the questions of the topic as fields."""
        return [self[_name(question)] for question in self.questions]

    @property
    def given_answers(self) -> dict[str, str]:
        """Return the answers by the code of their question; what is not in order stays as it was."""
        answers = {question.code: self._answer(question) for question in self.questions}
        return {code: text for code, text in answers.items() if text}

    def _answer(self, question: TopicQuestion) -> str:
        name = _name(question)
        if name not in self.cleaned_data or self._is_omitted(name):
            return self._stored.get(question.code, "")
        value = self.cleaned_data[name]
        return value.isoformat() if isinstance(value, date) else value or ""

    @property
    def other_values(self) -> dict[str, object]:
        """Return what was typed and is in order, without the questions of the topic."""
        names = {_name(question) for question in self.questions}
        return {name: value for name, value in self.cleaned_data.items() if name not in names}


def _name(question: TopicQuestion) -> str:
    return f"answer-{question.code}"


def _field(question: TopicQuestion, before: TopicAnswer | None) -> forms.Field:
    label, hint = question.name, _hint(question)
    if question.kind == QuestionKind.CHOICE:
        return forms.ChoiceField(label=label, help_text=hint, choices=_choices(question, before))
    missing = {"required": gettext("Answer this too: %(question)s") % {"question": label}}
    if question.kind == QuestionKind.DATE:
        return DayField(label=label, help_text=hint, error_messages=missing)
    return LineField(max=LINE_LENGTH, label=label, help_text=hint, error_messages=missing)


def _hint(question: TopicQuestion) -> str:
    withheld = gettext("If you hide your identity, the agency does not see this answer.")
    return ". ".join(filter(None, (question.hint, withheld if question.is_personal else "")))


def _choices(question: TopicQuestion, before: TopicAnswer | None) -> list[tuple[str, object]]:
    options = question.options
    if before is not None:
        options.setdefault(before.answer_en, before.answer_label)
    return [("", CHOOSE), *options.items()]


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
