"""Standard texts: texts for answers that are used again, with placeholders that each case fills in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from unicodedata import bidirectional

from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from accounts.roles import DESK
from complaints.models import StandardText
from complaints.visibility.identity import CaseVisibility
from complaints.workflow import OUTCOMES
from kit.dates import day_digits

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
