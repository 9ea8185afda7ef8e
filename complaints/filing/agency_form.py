"""The step of filing that asks whom the case is for: a box for agencies and topics, the list, and the topics."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy as _

from accounts.models import Citizen
from agencies.models import Agency, Topic
from complaints.case_text.kinds import words_of_kind
from complaints.filing.understanding import TopicFit, fit_for, understood
from complaints.models import Attachment, Draft, TopicAnswer
from complaints.suggestions.everyday import agencies_for
from complaints.visibility.redaction import Person
from kit.arabic import strip_prefixes
from kit.compiled_reads import CompiledRead
from kit.forms import Card, ChoiceCardsField, Form, LineField
from kit.unit import naming_unit

#: Agencies offered when what was typed fits several; more would be a list to read, not a choice.
MOST_MATCHES = 8
#: What stands before the code of a topic among the results, so that it is no agency's.
TOPIC: Final = "topic:"
#: Said where what was typed is not one agency.
_CHOOSE = _("Choose what you mean from the results")
_WORD = re.compile(r"\w+")


class NameField(LineField):
    """The name of the agency; there are other ways to answer, so that the form judges when it is missing."""

    def validate(self, value: str) -> None:
        """Leave an empty name to the form."""


class MatchField(ChoiceCardsField):
    """One of the agencies and topics that fit what was typed; asked only where it is not one agency."""

    def validate(self, value: str) -> None:
        """Leave a missing choice and a topic to the form."""
        if value and not value.startswith(TOPIC):
            super().validate(value)


class TopicField(ChoiceCardsField):
    """The topic; which ones are offered follows from the agency in the same form, so that the form judges it."""

    def validate(self, value: str) -> None:
        """Leave everything to the form."""


class AgencyStepForm(Form):
    """Whom it is about, by name or topic or from the list or "I do not know", and then the topic.

    The topics follow from the agency, so they are asked once the draft has one: ``groups`` are theirs. ``matches`` are
    the agencies and ``fits`` the topics to choose from when what was typed is not one agency. Once valid, ``chosen``
    is what the draft takes, its topic None when it is still to be asked.
    """

    agency_name = NameField(
        max=150,
        label=_("Agency or topic"),
        help_text=_("Type part of a name, or what it is about, such as “water” or “passport”"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    agency_match = MatchField(label=_("Which of these do you mean?"))
    agency = forms.ChoiceField(required=False, label=_("All agencies"))
    agency_unknown = forms.BooleanField(required=False, label=naming_unit(_("I do not know. The %(unit)s decides")))
    topic = TopicField()

    def __init__(self, data: Mapping[str, Any] | None = None, *, draft: Draft, agencies: Sequence[Agency]) -> None:
        super().__init__(data, initial=_agency_initial(draft))
        self.draft = draft
        self.agencies = {agency.code: agency for agency in agencies}
        self.matches: list[Agency] = []
        self.fits: Sequence[TopicFit] = ()
        self.chosen: dict[str, Any] = {}
        if self.is_bound:
            cards = [Card(agency.code, agency.name) for agency in agencies]
            self.offer_choices("agency", [("", ""), *((card.value, card.label) for card in cards)])
            self.offer("agency_match", cards)
        self.fields["topic"].label = words_of_kind(draft.kind).topic_question

    @cached_property
    def groups(self) -> Sequence[Topic]:
        """Return the groups of topics to choose from; a page that shows the topics reads them first."""
        draft = self.draft
        groups = _groups(draft.kind, draft.agency) if draft.agency_id or draft.agency_unknown else []
        self.offer("topic", _topic_cards(groups))
        return groups

    def clean(self) -> dict[str, Any]:
        """Settle the topic that was found by its words, or the agency and then the topic among those it offers."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if cleaned["agency_match"].startswith(TOPIC) and not self._is_ticked(cleaned):
            self._take_topic(cleaned["agency_match"].removeprefix(TOPIC), cleaned["agency_name"])
            return cleaned
        agency, unknown = self._agency(cleaned)
        if agency or unknown:
            topic = self._topic(cleaned["topic"], agency, unknown=unknown)
            self.chosen = {"agency": agency, "agency_unknown": unknown, "topic": topic}
        return cleaned

    def _agency(self, cleaned: Mapping[str, Any]) -> tuple[Agency | None, bool]:
        """Return the agency, or that it is unknown."""
        typed = cleaned["agency_name"]
        code = cleaned["agency_match"] or cleaned["agency"]
        if self._is_ticked(cleaned):
            return None, True
        if code:
            return self.agencies[code], False
        if typed:
            return self._named(typed), False
        self.add_error("agency_name", _("Enter an agency or a topic, or tick “I do not know”"))
        return None, False

    def _is_ticked(self, cleaned: Mapping[str, Any]) -> bool:
        """Tell whether "I do not know" was ticked; a tick left over from before yields to what is named now."""
        names_now = cleaned["agency_match"] or cleaned["agency"] or cleaned["agency_name"]
        return bool(cleaned["agency_unknown"]) and not (self.draft.agency_unknown and names_now)

    def _take_topic(self, code: str, typed: str) -> None:
        topic = offered_topic(code, self.draft.kind, None)
        if topic is None:
            self.add_error("agency_match", _CHOOSE)
        else:
            self.chosen = fit_for(topic, self.draft, typed, at=timezone.now()).chosen

    def _named(self, typed: str) -> Agency | None:
        """Return the one agency that is named; where it is not one, offer all agencies and topics that fit."""
        exact = [agency for agency in self.agencies.values() if _is_named(agency, typed)]
        similar = [] if exact else self._similar(typed)
        named = exact or [agency for agency in similar if _begins_so(agency, typed)]
        if len(named) == 1:
            return named[0]
        self.fits = understood(self.draft, searched=typed, at=timezone.now()).fits
        found = named or self._meant(typed) or similar
        if len(found) == 1 and not self.fits:
            return found[0]
        if found or self.fits:
            self._offer(found, names_first=bool(named))
        else:
            words = {"typed": f"\u2068{typed}\u2069"}
            text = gettext(
                "No agency or topic matches %(typed)s. Try another word, choose from the list, or tick “I do not know”."
            )
            self.add_error("agency_name", text % words)
        return None

    def _similar(self, typed: str) -> list[Agency]:
        keys = Agency.objects.matching(typed).filter(code__in=self.agencies).values_list("code", flat=True)
        return [self.agencies[code] for code in keys[:MOST_MATCHES]]

    def _meant(self, typed: str) -> list[Agency]:
        """Return the agencies that everyday words lead to."""
        meant = (one.agency.code for one in agencies_for(typed, at=timezone.now()))
        return [self.agencies[code] for code in meant if code in self.agencies][:MOST_MATCHES]

    def _offer(self, found: list[Agency], *, names_first: bool) -> None:
        """Offer agencies and topics in one list: names that begin as typed first, else the topics."""
        self.matches = found
        agencies = [Card(agency.code, agency.name) for agency in found]
        topics = [Card(f"{TOPIC}{fit.code}", fit.card.label, fit.card.description) for fit in self.fits]
        self.offer("agency_match", [*agencies, *topics] if names_first else [*topics, *agencies])
        self.add_error("agency_match", _CHOOSE)

    def _topic(self, code: str, agency: Agency | None, *, unknown: bool) -> Topic | None:
        """Return the topic if ``agency`` offers it; a missing one is an error only where an agency asked for it."""
        asked = (agency, unknown) == (self.draft.agency, self.draft.agency_unknown)
        found = offered_topic(code, self.draft.kind, agency)
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


def offered_topic(code: str, kind: str, agency: Agency | None) -> Topic | None:
    """Return the topic of that code if an agency offers it, as ``_groups`` says; one statement, mostly."""
    is_code = bool(code) and code.isascii() and code.isprintable()
    topic = _OFFERED.first(kind, code=code) if is_code else None
    if topic is None or agency is None or topic.suits(agency):
        return topic
    return None if Topic.objects.offered(kind=kind, agency=agency).exists() else topic


_OFFERED: Final = CompiledRead(
    lambda kind, *, code: Topic.objects.filter(
        code=code, is_active=True, kinds__contains=[kind], parent__is_active=True, parent__parent=None
    ).select_related("parent"),
    is_prepared=True,
)


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


# ---- A draft as the agency will read it if its person stays unnamed: shown before it is sent. ----


@dataclass(frozen=True)
class AgencyView:
    """The texts of a draft without its person, and the neutral names of its files."""

    subject: str
    details: str
    employee: str
    area: str
    place: str
    answers: Sequence[tuple[str, str]]
    files: Sequence[str]

    @property
    def digest(self) -> str:
        """Return what says which texts were shown: it changes with them."""
        return hashlib.sha256(json.dumps(astuple(self)).encode()).hexdigest()[:32]


def agency_view(draft: Draft, citizen: Citizen, *, answers: Sequence[TopicAnswer]) -> AgencyView:
    """Return what the agency reads of the ``draft`` of ``citizen``; one statement for its files."""
    person = Person.of(citizen)
    attachments: Sequence[Attachment] = list(draft.attachments.all())
    return AgencyView(
        subject=person.redact(draft.subject),
        details=person.redact(draft.details),
        employee=person.redact(draft.employee),
        area=person.redact(draft.area),
        place=person.redact_place(draft.place),
        answers=[(one.question_label, person.redact(one.answer_label)) for one in answers if not one.is_personal],
        files=[attachment.plain_name for attachment in attachments if not attachment.is_voice],
    )
