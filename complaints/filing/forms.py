"""The steps of filing: what happened, whom it is for, and the check before sending."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy as _

from agencies.models import Agency, Governorate, Topic, TopicQuestion
from complaints.attachments.fields import UploadForm
from complaints.case_text.kinds import words_of_kind
from complaints.filing.place_form import PlaceForm
from complaints.filing.question_form import TopicQuestionsForm
from complaints.filing.understanding import UNIT, Understood
from complaints.models import Draft, NotifyBy
from complaints.models.case import DETAILS_LENGTH, EMPLOYEE_LENGTH, SUBJECT_LENGTH
from complaints.suggestions.everyday import agencies_for
from complaints.workflow import Kind
from kit.arabic import strip_prefixes
from kit.forms import Card, ChoiceCardsField, Form, LineField, ParagraphField
from kit.unit import naming_unit

#: Agencies offered when what was typed fits several; more would be a list to read, not a choice.
MOST_MATCHES = 8
_WORD = re.compile(r"\w+")
#: The longest subject made from the first words, in characters.
SUBJECT_FROM_WORDS = 80
_SENTENCE_END = re.compile(r"(?<=[.!?\u061f])\s")
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
        words: dict[str, Any] = {"agency": None, "agency_unknown": True, "topic": None}
        if code != UNIT and fit is not None:
            words = {"agency": fit.agency, "agency_unknown": fit.agency is None, "topic": fit.topic}
        if self.understood.place and self.cleaned_data.get("there"):
            words |= self.understood.place.as_words
        return words


# ---- the agency and the topic ----


class NameField(LineField):
    """The name of the agency; there are other ways to answer, so that the form judges when it is missing."""

    def validate(self, value: str) -> None:
        """Leave an empty name to the form."""


class MatchField(ChoiceCardsField):
    """One of the agencies that fit; asked only where there are several."""

    def validate(self, value: str) -> None:
        """Leave a missing choice to the form."""
        if value:
            super().validate(value)


class TopicField(ChoiceCardsField):
    """The topic; which ones are offered follows from the agency in the same form, so that the form judges it."""

    def validate(self, value: str) -> None:
        """Leave everything to the form."""


class AgencyStepForm(Form):
    """Whom it is about, by name or from the list or "I do not know", and then the topic.

    The topics follow from the agency, so they are asked once the draft has one: ``groups`` holds them. ``matches`` are
    the agencies to choose from when what was typed fits several. Once valid, ``chosen`` is what the draft takes, its
    topic None when it is still to be asked.
    """

    agency_name = NameField(
        max=150,
        label=_("Government agency"),
        help_text=_("Type part of a name or service, such as “water” or “passport”"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    agency_match = MatchField(label=_("Which agency do you mean?"))
    agency = forms.ChoiceField(required=False, label=_("All agencies"))
    agency_unknown = forms.BooleanField(required=False, label=naming_unit(_("I do not know. The %(unit)s decides")))
    topic = TopicField()

    def __init__(self, data: Mapping[str, Any] | None = None, *, draft: Draft, agencies: Sequence[Agency]) -> None:
        super().__init__(data, initial=_agency_initial(draft))
        self.draft = draft
        self.agencies = {agency.code: agency for agency in agencies}
        self.groups = _groups(draft.kind, draft.agency) if draft.agency_id or draft.agency_unknown else []
        self.matches: list[Agency] = []
        self.chosen: dict[str, Any] = {}
        cards = [Card(agency.code, agency.name) for agency in agencies]
        self.fields["agency"].choices = [("", ""), *((card.value, card.label) for card in cards)]  # type: ignore[attr-defined]
        self.fields["agency_match"].cards = cards  # type: ignore[attr-defined]
        self.fields["topic"].cards = _topic_cards(self.groups)  # type: ignore[attr-defined]
        self.fields["topic"].label = words_of_kind(draft.kind).topic_question

    def clean(self) -> dict[str, Any]:
        """Settle the agency, then the topic among those it offers."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        agency, unknown = self._agency(cleaned)
        if agency or unknown:
            topic = self._topic(cleaned["topic"], agency, unknown=unknown)
            self.chosen = {"agency": agency, "agency_unknown": unknown, "topic": topic}
        return cleaned

    def _agency(self, cleaned: Mapping[str, Any]) -> tuple[Agency | None, bool]:
        """Return the agency, or that it is unknown; a tick left over from before yields to an agency named now."""
        typed = cleaned["agency_name"]
        code = cleaned["agency_match"] or cleaned["agency"]
        if cleaned["agency_unknown"] and not (self.draft.agency_unknown and (code or typed)):
            return None, True
        if code:
            return self.agencies[code], False
        if typed:
            return self._named(typed), False
        self.add_error("agency_name", _("Enter the agency, or tick “I do not know”"))
        return None, False

    def _named(self, typed: str) -> Agency | None:
        exact = [agency for agency in self.agencies.values() if _is_named(agency, typed)]
        found = exact or self._matching(typed)
        if len(found) == 1:
            return found[0]
        if found:
            self._offer(found)
        else:
            words = {"typed": f"\u2068{typed}\u2069"}
            text = (
                gettext("No agency matches %(typed)s. Try another word, choose from the list, or tick “I do not know”.")
                % words
            )
            self.add_error("agency_name", text)
        return None

    def _matching(self, typed: str) -> list[Agency]:
        """Return the agencies with words that begin as typed, else those that the everyday words lead to."""
        keys = Agency.objects.matching(typed).filter(code__in=self.agencies).values_list("code", flat=True)
        similar = [self.agencies[code] for code in keys[:MOST_MATCHES]]
        found = [agency for agency in similar if _begins_so(agency, typed)]
        meant = [] if found else [one.agency.code for one in agencies_for(typed, at=timezone.now())]
        return found or [self.agencies[code] for code in meant if code in self.agencies][:MOST_MATCHES] or similar

    def _offer(self, found: list[Agency]) -> None:
        self.matches = found
        self.fields["agency_match"].cards = [Card(agency.code, agency.name) for agency in found]  # type: ignore[attr-defined]
        self.add_error("agency_match", _("Several agencies match. Choose one."))

    def _topic(self, code: str, agency: Agency | None, *, unknown: bool) -> Topic | None:
        """Return the topic if ``agency`` offers it; a missing one is an error only where an agency asked for it."""
        asked = (agency, unknown) == (self.draft.agency, self.draft.agency_unknown)
        groups = self.groups if asked else _groups(self.draft.kind, agency)
        found = next((topic for group in groups for topic in group.children.all() if topic.code == code), None)
        if asked and found is None and not unknown:
            self.add_error("topic", _("Choose the topic that fits best"))
        return found

    @property
    def offers(self) -> list[tuple[str, str, str]]:
        """Return code, name and further words of each agency, for the list and the type-ahead made of it."""
        language = get_language() or "ar"
        named = ((agency, agency.name) for agency in self.agencies.values())
        return [(agency.code, name, _further_words(name, agency.folded, language)) for agency, name in named]

    @property
    def agency_options(self) -> SafeString:
        """Return the offers as options, the chosen one selected."""
        selected = str(self["agency"].value() or "") if self.is_bound else ""
        return _options(tuple(self.offers), selected)

    @property
    def needs_topic(self) -> bool:
        """Tell whether the topics of the chosen agency are still to be shown."""
        return self.chosen["topic"] is None and not self.chosen["agency_unknown"]


@lru_cache(maxsize=16)
def _options(offers: tuple[tuple[str, str, str], ...], selected: str) -> SafeString:
    """Return the options of a list of agencies, which is long and the same for everybody, written once."""
    rows = ((code, SafeString(" selected" if code == selected else ""), words, name) for code, name, words in offers)
    return format_html_join("\n", '<option value="{}"{} data-words="{}">{}</option>', rows)


@lru_cache(maxsize=1000)
def _further_words(name: str, folded: str, language: str) -> str:
    """Return the folded words an agency is found by besides its name, in the script of the page alone.

    The others would double the page; what the type-ahead does not find the server does.
    """
    named = strip_prefixes(name).split()
    is_latin = language == "en"
    return " ".join(
        word for word in dict.fromkeys(_WORD.findall(folded)) if word.isascii() == is_latin and word not in named
    )


def _groups(kind: str, agency: Agency | None) -> list[Topic]:
    """Return the groups of topics for the agency, its own before everybody's; all of them where none fits."""
    groups = list(Topic.objects.offered(kind=kind, agency=agency)) or list(Topic.objects.offered(kind=kind))
    return sorted(groups, key=lambda group: all(not topic.agency_kinds for topic in group.children.all()))


def _topic_cards(groups: Sequence[Topic]) -> list[Card]:
    return [Card(topic.code, topic.name, group=group.name) for group in groups for topic in group.children.all()]


def _agency_initial(draft: Draft) -> dict[str, Any]:
    return {
        "agency_name": draft.agency.name if draft.agency else "",
        "agency_unknown": draft.agency_unknown,
        "topic": draft.topic.code if draft.topic else "",
    }


def _begins_so(agency: Agency, typed: str) -> bool:
    """Tell whether every word of ``typed`` begins a word of the agency's names or services."""
    return all(f" {word}" in f" {agency.folded}" for word in strip_prefixes(typed).split())


def _is_named(agency: Agency, typed: str) -> bool:
    """Tell whether ``typed`` is one of the agency's names in full, letters folded."""
    wanted = strip_prefixes(typed)
    names = (agency.name_ar, agency.name_en, agency.short_name_ar, agency.short_name_en)
    return any(strip_prefixes(name) == wanted for name in names)


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
            field.label = _("Name of the employee, if your complaint is about one")
            field.help_text = _(
                "Write the full name. This person will not handle your complaint. You can leave this empty."
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
        """Return what was typed and is in order, as the draft keeps it."""
        in_order: dict[str, Any] = self.other_values | {"answers": self.given_answers}
        in_order.pop("attachments", None)
        if not in_order.get("subject") and in_order.get("details") and "subject" not in self.errors:
            in_order["subject"] = first_words(in_order["details"])
        return self.with_place(in_order)


def first_words(text: str) -> str:
    """Return the first line or sentence of a text as a subject, cut between two words where it is long."""
    line = next(filter(None, map(str.strip, text.splitlines())), "")
    first = _SENTENCE_END.split(" ".join(line.split()), maxsplit=1)[0].rstrip(".")
    if len(first) <= SUBJECT_FROM_WORDS:
        return first
    cut = first[:SUBJECT_FROM_WORDS]
    return f"{cut.rpartition(' ')[0] or cut}…"


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
        self.fields["notify_by"].cards = cards  # type: ignore[attr-defined]

    @property
    def wishes(self) -> dict[str, Any]:
        """Return how the citizen wants to be told, and whether the agency learns who it is."""
        return {name: self.cleaned_data[name] for name in ("notify_by", "hides_identity")}
