"""What forms of several staff pages share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from unicodedata import bidirectional

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext_lazy
from django_stubs_ext import StrPromise

from accounts.models import User
from accounts.roles import DESK
from agencies.models import Agency, Directorate, Topic
from complaints.actions import classification
from complaints.attachments.fields import UploadForm
from complaints.models import Case, StandardText
from complaints.suggestions.owners import OpenCase, Suggestion
from complaints.visibility.redaction import CaseVisibility
from complaints.workflow import OUTCOMES, Kind
from kit.components.kept import number_address
from kit.dates import day_digits
from kit.forms import CHOOSE, Card, ChoiceCardsField, Form
from kit.fragments import Fragment

#: Fewest letters of a reason or a question on which somebody else has to act.
SHORTEST_TEXT = 10


#: More working days than any form takes; the limit of the topic is far below.
MOST_DAYS = 365


def too_late_text(latest: date, most: int) -> str:
    """Return the error for a promise beyond the limit of the topic."""
    words = {"most": f"{most:,}", "latest": day_digits(latest)}
    text = ngettext(
        "The limit for this topic ends on %(latest)s. Enter at most %(most)s working day",
        "The limit for this topic ends on %(latest)s. Enter at most %(most)s working days",
        most,
    )
    return text % words


def most_days_text(latest: date, most: int) -> str:
    """Return the hint beside a number of working days of which there is a highest."""
    words = {"most": f"{most:,}", "latest": day_digits(latest)}
    text = ngettext(
        "At most %(most)s working day, that is until %(latest)s. Fridays, Saturdays and holidays do not count.",
        "At most %(most)s working days, that is until %(latest)s. Fridays, Saturdays and holidays do not count.",
        most,
    )
    return text % words


class AgencyChoiceForm(Form):
    """A form in which one of ``agencies`` is chosen, in the field that ``names_agency`` names."""

    names_agency = "agency"

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        agencies: Sequence[Agency],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.agencies = {agency.code: agency for agency in agencies}
        names = [(code, agency.name) for code, agency in self.agencies.items()]
        self.offer_choices(self.names_agency, names, empty=CHOOSE)

    @property
    def chosen_agency(self) -> Agency:
        """Return the agency chosen."""
        return self.agencies[self.cleaned_data[self.names_agency]]


class TextWithFilesForm(UploadForm):
    """A text with files, which a browser sends once: they are to be chosen again where something else is wrong."""

    def clean(self) -> dict[str, Any]:
        """Say so beside the files."""
        cleaned = super().clean() or {}
        if self.errors:
            self.lose_files()
        return cleaned

    def lose_files(self) -> None:
        """Say that the files were not saved, if there are any; saying it twice is harmless."""
        if self.taken:
            self.add_error("attachments", gettext("Choose your files again: they were not saved"))
            self.taken = []


def active_directorates(case: Case) -> list[Directorate]:
    """Return the directorates of the agency of ``case`` that can be given it or asked."""
    return list(case.agency.directorates.filter(is_active=True)) if case.agency else []


def other_agencies(case: Case, *, on: date) -> list[Agency]:
    """Return the agencies to which ``case`` can go on a day: all but its own."""
    return [agency for agency in Agency.objects.complainable(on=on) if agency.pk != case.agency_id]


# ---- The form that corrects the topic and the kind of a case, for desks, the unit and agents of the contact
# centre.


class ClassifyForm(Form):
    """The kind and the topic that fit; what the case cannot have is refused beside the topic, with the way out."""

    kind = ChoiceCardsField(
        cards=[Card(value, label) for value, label in Kind.choices], label=pgettext_lazy("case", "Kind")
    )
    topic = forms.ChoiceField(label=pgettext_lazy("of a case", "Topic"))

    def __init__(self, data: Mapping[str, Any] | None, *, case: Case, topic: str = "") -> None:
        """``topic`` is the code of the topic to begin with; the case's own without it."""
        own = case.topic.code if case.topic else ""
        super().__init__(data, initial={"kind": case.kind, "topic": topic or own})
        self.case = case
        groups = Topic.objects.filter(is_active=True, parent=None).prefetch_related("children")
        offered = [(group, [topic for topic in group.children.all() if topic.is_active]) for group in groups]
        self.topics = {topic.code: topic for _group, topics in offered for topic in topics}
        named = [(group.name, [(topic.code, topic.name) for topic in topics]) for group, topics in offered if topics]
        self.offer_choices("topic", named, empty=CHOOSE)

    def clean(self) -> dict[str, Any]:
        """Refuse what the case cannot have."""
        cleaned = super().clean() or {}
        if "topic" in cleaned and "kind" in cleaned:
            self._judge(self.chosen_topic, cleaned["kind"])
        return cleaned

    @property
    def chosen_topic(self) -> Topic:
        """Return the topic chosen."""
        return self.topics[self.cleaned_data["topic"]]

    def _judge(self, topic: Topic, kind: str) -> None:
        words = {"topic": topic.name, "kind": Kind(kind).label}
        try:
            classification.require_fitting(self.case, topic, kind=kind)
        except classification.NothingCorrected:
            self.add_error("topic", _("The case already has this kind and topic. Choose another, or go back."))
        except classification.TopicNotOffered:
            text = gettext("“%(topic)s” is not a topic of this kind: %(kind)s. Choose another topic or another kind.")
            self.add_error("topic", text % words)
        except classification.TopicKeptFromAgency:
            text = gettext(
                "“%(topic)s” is kept from the agency that has the case. The CMU has to refer the case to another "
                "agency first."
            )
            self.add_error("topic", text % words)
        except classification.TopicOfOtherAgencies:
            text = gettext(
                "“%(topic)s” belongs to other agencies. The case has to be declined, returned or referred to the "
                "right agency instead."
            )
            self.add_error("topic", text % words)


# ---- Standard texts: texts for answers that are used again, with placeholders that each case fills in. ----


#: What each open word stands for.
MEANINGS: Final[Mapping[str, StrPromise]] = {
    "ref": _("the tracking number"),
    "agency": _("the name of the agency"),
    "date": _("the date of the answer, such as 22/1/2026"),
    "topic": _("the topic of the case"),
    "place": _("the place the citizen named"),
}
#: Texts offered on one page; nobody reads a longer list.
MOST_OFFERED: Final = 100
_PLACEHOLDER: Final = re.compile(r"{([A-Za-z_]+)}")


# ---- the open words ----


def problems(text: str) -> Iterator[str]:
    """Yield what is wrong with the braces of a standard text, in sentences."""
    rest = _PLACEHOLDER.sub("", text)
    if "{" in rest or "}" in rest:
        yield gettext("Put one word of the list in braces and nothing else, like this: {ref}")
    for name in dict.fromkeys(_PLACEHOLDER.findall(text)):
        if name not in MEANINGS:
            yield gettext("{%(word)s} is not in the list. Use one of the words in the list") % {"word": name}


def placeholders_left(text: str) -> list[str]:
    """Return the open words that still stand in an answer; the citizen must never read one."""
    return [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name in MEANINGS]


def fill(text: str, visibility: CaseVisibility, *, at: datetime) -> str:
    """Return a text with what is known of a case filled in, in the text's own language; the rest stays open."""
    with translation.override("ar" if any(bidirectional(letter) == "AL" for letter in text) else "en"):
        known = _known(visibility, at)
        return _PLACEHOLDER.sub(lambda name: known.get(name[1]) or name[0], text)


def _known(visibility: CaseVisibility, at: datetime) -> dict[str, str]:
    case = visibility.case
    governorate = [case.governorate.name] if case.governorate else []
    return {
        "ref": case.reference,
        "agency": case.agency.name if case.agency else "",
        "date": day_digits(timezone.localdate(at)),
        "topic": case.topic.name if case.topic else "",
        "place": gettext(", ").join([*governorate, *visibility.whereabouts()]),
    }


# ---- the texts offered for a case ----


@dataclass(frozen=True)
class OfferedText:
    """One standard text, filled in for a case."""

    id: int
    title: str
    outcome: str
    outcome_words: str
    found: str
    done: str


def offered_texts(visibility: CaseVisibility, *, at: datetime) -> list[OfferedText]:
    """Return the texts that fit the topic and an outcome of the case, those of its topic and agency first."""
    case = visibility.case
    topics = [case.topic_id, case.topic.parent_id] if case.topic else []
    fitting = StandardText.objects.filter(
        Q(agency=case.agency_id) | Q(agency__isnull=True),
        Q(topic__in=topics) | Q(topic__isnull=True),
        outcome__in=["", *OUTCOMES[case.kind]],
    )
    found = sorted(fitting[:MOST_OFFERED], key=lambda text: (text.topic_id is None, text.agency_id is None))
    return [_offered_text(text, visibility, at=at) for text in found]


def _offered_text(text: StandardText, visibility: CaseVisibility, *, at: datetime) -> OfferedText:
    return OfferedText(
        id=text.pk,
        title=text.title,
        outcome=text.outcome,
        outcome_words=text.get_outcome_display() if text.outcome else "",
        found=fill(text.found, visibility, at=at),
        done=fill(text.done, visibility, at=at),
    )


def insert_text(text: OfferedText, typed: Mapping[str, str]) -> dict[str, str]:
    """Return the answer with a text put in: below what was typed, and with its outcome where none was chosen."""
    texts = {
        name: "\n".join(part for part in (typed.get(name, "").strip(), getattr(text, name)) if part)
        for name in ("found", "done")
    }
    return {"outcome": typed.get("outcome", "") or text.outcome, **texts}


# ---- the texts a person may read ----


def readable_texts(user: User, *, at: datetime) -> QuerySet[StandardText]:
    """Return the texts ``user`` may read: those of the own agencies and those for all."""
    authority = user.authority(at)
    own = Q(agency__in=authority.agencies(DESK)) | Q(agency__isnull=True)
    return StandardText.objects.filter(own).select_related("agency", "topic", "topic__parent", "changed_by")


# ---- The suggested agencies of a case as markup: a button for each that can receive it, the others folded
# away.


#: The suggestions that a digit of the keyboard presses.
WITH_KEYS: Final = 4
_BUTTON: Final = Fragment("complaints/staff/_refer_button.html", "address", "number", "code", "agency", "key")
_SUGGESTION: Final = Fragment("complaints/staff/_suggestion.html", "agency", "reason", "button")
_FOLDED: Final = Fragment("complaints/staff/_folded_suggestion.html", "agency", "reason")
_LIST: Final = Fragment(
    "complaints/staff/_suggestions.html", "address", "number", "token", "version", "able", "unable_words", "unable"
)


def suggestion_list(
    item: OpenCase, http: HttpRequest, *, action_suffix: str = "", has_keys: bool = False
) -> SafeString:
    """Return the suggestions of ``item``; empty without any. ``action_suffix`` follows the address of each action."""
    if not item.suggestions:
        return SafeString("")
    able = [
        {
            "agency": one.agency.name,
            "reason": one.reason,
            "button": refer_button(item, one, action_suffix=action_suffix, key=place if has_keys else 0),
        }
        for place, one in enumerate(item.able, 1)
    ]
    whole = {
        "address": refer_address(item.case.reference) + action_suffix,
        "number": item.case.reference,
        "token": get_token(http),
        "version": str(item.case.version),
        "able": _SUGGESTION.fill(able),
        "unable_words": _unable_words(len(item.unable)),
        "unable": _FOLDED.fill([{"agency": one.agency.name, "reason": one.reason} for one in item.unable]),
    }
    return _LIST.fill([whole], has_unable=bool(item.unable))


def refer_button(
    item: OpenCase, suggestion: Suggestion, *, action_suffix: str = "", key: int = 0, names_agency: bool = False
) -> SafeString:
    """Return what refers ``item`` by one press: a button of its list, or a link to the form where a reason is needed.

    ``key`` is the digit that presses it.
    """
    address = f"{refer_address(item.case.reference)}?agency={suggestion.agency.code}"
    button = {
        "address": address + (f"&{action_suffix[1:]}" if action_suffix else ""),
        "number": item.case.reference,
        "code": suggestion.agency.code,
        "agency": suggestion.agency.name,
        "key": str(key),
    }
    has_key = 1 <= key <= WITH_KEYS
    return _BUTTON.fill([button], needs_ruling=item.needs_ruling, names_agency=names_agency, has_key=has_key)


def refer_address(number: str) -> str:
    """Return the address at which the case of that number is referred."""
    return number_address("desk-refer", number)


def _unable_words(number: int) -> str:
    return ngettext(
        "%(number)s suggested agency cannot receive the case now",
        "%(number)s suggested agencies cannot receive the case now",
        number,
    ) % {"number": number}
