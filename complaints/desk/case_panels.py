"""The lines of the history as markup: a page has dozens, and a template for each part costs five times as much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from accounts.models import User
from accounts.roles import CMU, READERS
from complaints.case_text.deadline import HeldSpan, TimeHeld, minutes_words
from complaints.case_text.history import EventText, HistoryEntry, Side, without_words
from complaints.case_text.messages import SentMessage
from complaints.case_text.tags import ref, user_text
from complaints.desk.case_actions import CompetencePanel
from complaints.desk.directorate_forms import ConsultationSummary
from complaints.models import (
    Case,
    CaseLink,
    CentreContact,
    Confirmation,
    ConfirmationOf,
    Explanation,
    LinkKind,
    ListedCase,
    Rating,
    Recurrence,
)
from complaints.models.listed_cases import listed_cases, with_citizens
from complaints.permissions import readers
from complaints.permissions.policy import is_rated
from complaints.permissions.readers import has_part
from complaints.visibility.redaction import CaseVisibility, knows_person
from complaints.workflow import Action, State
from kit.components.dates import moment
from kit.components.kept import number_address
from kit.components.marks import tag
from kit.components.numbers import num
from kit.fragments import Fragment
from kit.statements import Condition, one_line

# ---- What staff see of the citizen's word on the answers, and of an earlier closing that did not last. ----


#: The colours of the three words.
COLOURS = {Confirmation.CONFIRMED: "ok", Confirmation.DISPUTED: "bad", Confirmation.UNANSWERED: ""}


@dataclass(frozen=True)
class CitizensWord:
    """The citizen's word on the newest answer, with its colour, and the ratings of all rounds, the newest first."""

    label: str
    colour: str
    ratings: Sequence[Rating]


def citizens_word(case: Case) -> CitizensWord | None:
    """Return what the citizen says of the answers of ``case``; None before the first one. Two statements, or none."""
    if case.state not in {State.CLOSED, State.OBJECTED} and not case.objections_made:
        return None
    said = Case.objects.filter(pk=case.pk).annotate(said=ConfirmationOf()).values_list("said", flat=True).get()
    ratings = list(case.ratings.order_by("-closing"))
    if not ratings and (not said or not is_rated(case)):
        return None
    word = Confirmation(said) if said else Confirmation.UNANSWERED
    return CitizensWord(str(word.label), COLOURS[word], ratings)


def came_back_after(case: Case, user: User, *, at: datetime) -> Recurrence | None:
    """Return the earlier closing after which the problem of ``case`` came back, if ``user`` may open that case.

    None where the two cases are linked as one problem: then nothing came back. One statement, or none without an area.
    """
    if not (case.area and case.governorate_id and has_part(case, "recurrence")):
        return None
    one_problem = CaseLink.objects.filter(
        Q(case=OuterRef("case"), lead=OuterRef("earlier")) | Q(case=OuterRef("earlier"), lead=OuterRef("case")),
        kind=LinkKind.SAME_PROBLEM,
        ended_at__isnull=True,
    )
    visible = Case.objects.visible_to(user, at=at).values("pk")
    found = Recurrence.objects.filter(~Exists(one_problem), case=case, earlier__in=visible)
    return found.select_related("earlier", "closing").first()


# ---- The history as the case page shows it: repeats folded, texts of other sections not repeated, a chip for each
# side.


#: The sections of the page that have the words of actions, by their ids.
_SECTIONS: Final[dict[str, str]] = {
    Action.RATE: "citizens-word",
    Action.ADD_TASK: "competence",
    Action.ANSWER_TASK: "competence",
    Action.DROP_TASK: "competence",
    Action.CONSULT: "directorates",
    Action.ESTIMATE: "directorates",
    Action.FIND: "directorates",
    Action.ASK_EXPLANATION: "explanations",
    Action.EXPLAIN: "explanations",
}


@dataclass(frozen=True)
class HistoryLine:
    """One entry, or several of one side that repeat each other, the newest first; ``title`` says how many of what."""

    side: Side
    entries: Sequence[HistoryEntry]
    title: str = ""

    @property
    def kind(self) -> str:
        """Return the colour of the line: the gravest of its entries."""
        return max((entry.kind for entry in self.entries), key=lambda kind: kind == "bad")


@dataclass(frozen=True)
class SideChip:
    """A choice of what is shown of the history: ``side`` is empty for all of it."""

    side: str
    label: str
    count: int


@dataclass(frozen=True)
class PageHistory:
    """The lines of the history, the newest first, and the chips that choose among them."""

    lines: Sequence[HistoryLine]
    chips: Sequence[SideChip]


def page_history(entries: Sequence[HistoryEntry], words: Mapping[str, Collection[str]]) -> PageHistory:
    """Return the history of a page; ``words`` are the texts of its sections, by their ids."""
    shown = [_once(entry, words) for entry in entries]
    count = Counter(entry.side for entry in entries)
    every = SideChip("", pgettext("entries of the history", "All"), len(entries))
    return PageHistory(
        lines=list(_lines(shown)),
        chips=[every, *(SideChip(side, str(side.label), count[side]) for side in Side if count[side])],
    )


def words_of_sections(
    word: CitizensWord | None,
    competence: CompetencePanel,
    consultations: Sequence[ConsultationSummary],
    explained: Sequence[Explanation],
) -> dict[str, Collection[str]]:
    """Return the texts that stand in sections of the page, by the ids of these."""
    tasks = [task.task for task in competence.partner_tasks]
    asked = [summary.consultation for summary in consultations]
    estimates = [estimate for summary in consultations for estimate in summary.estimates]
    return {
        "citizens-word": {rating.text for rating in (word.ratings if word else ())},
        "competence": {text for task in tasks for text in (task.text, task.answer, task.reason)},
        "directorates": {text for one in asked for text in (one.text, one.finding)} | {one.reason for one in estimates},
        "explanations": {text for one in explained for text in (one.question, one.answer)},
    }


def _once(entry: HistoryEntry, words: Mapping[str, Collection[str]]) -> HistoryEntry:
    section = _SECTIONS.get(entry.action, "")
    has_it = entry.text is not None and entry.text.first and entry.text.first in words.get(section, ())
    return without_words(entry, section) if has_it else entry


def _lines(entries: Iterable[HistoryEntry]) -> Iterator[HistoryLine]:
    numbered = enumerate(entries)
    for key, run in groupby(numbered, key=lambda pair: _repeat(*pair)):
        same = [entry for _, entry in run]
        yield HistoryLine(same[0].side, same, _repeats_title(same) if isinstance(key, Side) and len(same) > 1 else "")


def _repeat(place: int, entry: HistoryEntry) -> Side | int:
    """Return the side of an entry that repeats others, or its place where it stands alone."""
    return entry.side if entry.action in _COUNTED and not entry.messages else place


def _repeats_title(entries: Sequence[HistoryEntry]) -> str:
    count = Counter(entry.action for entry in entries)
    return pgettext("between reminders and escalations", ", ").join(
        words(count[action]) for action, words in _COUNTED.items() if count[action]
    )


_COUNTED: Final[dict[str, Callable[[int], str]]] = {
    Action.REMIND: lambda n: ngettext("%(count)s reminder", "%(count)s reminders", n) % {"count": n},
    Action.ESCALATE: lambda n: ngettext("%(count)s escalation", "%(count)s escalations", n) % {"count": n},
    Action.REMIND_AGENCY: lambda n: (
        ngettext("%(count)s reminder from the citizen", "%(count)s reminders from the citizen", n) % {"count": n}
    ),
}


_LINE: Final = Fragment(
    "complaints/desk/case_page/_history_line.html", "colour", "at", "title", "by", "after", "text", "files", "sent"
)
_MESSAGE: Final = Fragment(
    "complaints/desk/case_page/_history_message.html", "channel", "address", "word", "said", "follows"
)
#: The context of the page: who reads the case, and what they may know and open.
type _Page = Mapping[str, Any]


def history_rows(history: PageHistory, page: _Page) -> SafeString:
    """Return the lines of ``history`` as the reader of ``page`` reads them."""
    return format_html_join("", "{}", ((_line(line, page),) for line in history.lines))


def _line(line: HistoryLine, page: _Page) -> SafeString:
    if line.title:
        folded = render_to_string("complaints/desk/case_page/_history_repeats.html", {"line": line})
        return SafeString(folded)
    entry = line.entries[0]
    cells = {
        "colour": f"by-{line.side}{f' tl-{line.kind}' if line.kind else ''}",
        "at": moment(entry.at),
        "title": entry.title,
        "by": user_text(page, entry.by),
        "after": "· " + gettext("after %(span)s") % {"span": entry.after} if entry.after else "",
        "text": SafeString("".join(_text(entry, entry.text, page))) if entry.text else "",
        "files": _files(entry, page) if entry.files else "",
        "sent": _MESSAGE.fill([_message(message, page) for message in entry.messages]),
    }
    return _LINE.fill([cells])


def _text(entry: HistoryEntry, text: EventText, page: _Page) -> Iterator[str]:
    """Yield what was written: a case it links to, or what it names; where the words stand, or the words; a reason."""
    if text.linked:
        address = number_address("desk-case", text.linked)
        yield format_html('<p><a href="{}">{}</a></p>', address, ref(text.linked))
    elif text.label or text.named:
        yield format_html("<p>{}</p>", " – ".join(filter(None, (text.label, text.named))))
    if entry.stands_in:
        words = gettext("Read the text")
        yield format_html('<p class="no-print"><a href="#{}">{}</a></p>', entry.stands_in, words)
    if text.first:
        quoted = [user_text(page, words, lines=True) for words in (text.first, text.second) if words]
        yield f'<div class="quote">{"".join(quoted)}</div>'
    if text.reason:
        why = tag(text=gettext("For the audit of the CMU"), kind="wait")
        yield format_html("<p>{} {}</p>", why, user_text(page, text.reason))


def _files(entry: HistoryEntry, page: _Page) -> SafeString:
    context = {**page, "files": entry.files, "file_page": "desk-file"}
    return SafeString(render_to_string("complaints/attachments/_files.html", context))


def _message(message: SentMessage, page: _Page) -> dict[str, str]:
    delivery, channel = message.delivery, message.channel
    if page["opens_messages"]:
        channel = format_html('<a href="{}">{}</a>', reverse("message", args=[message.id]), channel)
    when = format_html(" {}{}", moment(delivery.at), "." if delivery.text else "") if delivery.at else ""
    return {
        "channel": channel,
        "address": num(message.address) if page["knows_person"] else "",
        "word": tag(text=delivery.word, kind=delivery.kind),
        "said": format_html("{}{}", delivery.text, when),
        "follows": format_html("<b>{}</b>", delivery.follows) if delivery.follows else "",
    }


# ---- The calls, letters, visits and e-mails in which the contact centre dealt with a case. ----


#: Contacts shown, the newest.
MOST_SHOWN: Final = 10


def contacts_about(case: Case) -> Sequence[CentreContact]:
    """Return the newest contacts about ``case`` with their agents; no statement where there are none."""
    if not has_part(case, "contacts"):
        return ()
    about = CentreContact.objects.filter(reference=case.reference).select_related("agent")
    return list(about.order_by("-started_at", "-pk")[:MOST_SHOWN])


# ---- What the leadership of the agency asked about the delay of a case, and what the desk answered. ----


def explanations(case: Case, user: User, *, at: datetime) -> Sequence[Explanation]:
    """Return the explanations of ``case``, the newest first, to its unit and to the agencies that wrote them."""
    if not has_part(case, "explanations"):
        return []
    authority = user.authority(at)
    rows = case.explanations.select_related("asked_by", "answered_by").order_by("-asked_at", "-pk")
    return list(rows if authority.has(CMU) else rows.filter(agency__in=authority.agencies(READERS)))


# ---- Who had a case, as one bar: a segment for each span in order of time, as wide as its working time. ----


#: The colours of parties; a fifth party has that of the first again, beside its name.
HOLDERS_BAR_COLOURS: Final = 4


@dataclass(frozen=True)
class BarPart:
    """One span: where it begins on the bar and how wide it is, in minutes, its colour, and what it is in words."""

    start: int
    width: int
    colour: int
    words: str


@dataclass(frozen=True)
class BarHolder:
    """One party with its time and its colour."""

    held: TimeHeld
    colour: int


@dataclass(frozen=True)
class HoldersBar:
    """The bar, its legend, and the time of all parties together, in words."""

    segments: Sequence[BarPart]
    parties: Sequence[BarHolder]
    width: int
    whole: str


def holders_bar(spans: Sequence[HeldSpan], parties: Sequence[TimeHeld]) -> HoldersBar:
    """Return the bar of ``spans``; ``parties`` are the sums of the same spans."""
    colours = {(party.holder, party.name): place % HOLDERS_BAR_COLOURS + 1 for place, party in enumerate(parties)}
    segments, start = [], 0
    for span in spans:
        segments.append(BarPart(start, span.minutes, colours[span.holder, span.name], f"{span.name}: {span.words}"))
        start += span.minutes
    legend = [BarHolder(party, colours[party.holder, party.name]) for party in parties]
    return HoldersBar(segments, legend, max(start, 1), minutes_words(start))


# ---- The link to the place of a case on a map outside the system. ----


def map_url(visibility: CaseVisibility) -> str:
    """Return the address of a map search for the place of a case; empty where it names no area and no place.

    The words are written into ``MAP_SEARCH_URL`` at ``{place}``; nothing is fetched from there by this system.
    """
    address: str = settings.MAP_SEARCH_URL
    named, governorate = visibility.whereabouts(), visibility.case.governorate
    if not address.startswith("https://") or not named:
        return ""
    words = " ".join([*reversed(named), *([governorate.name_ar] if governorate else [])])
    return address.replace("{place}", quote(words, safe=""))


# ---- The cases beside a case that a user may see: earlier ones of the same person, and those linked to it. ----


#: Cases of the same person on a case page.
MOST_EARLIER = 10
#: Linked cases on a case page; an incident may have hundreds.
MOST_LINKED = 20
_EARLIER: Final = one_line(Path(__file__).with_name("earlier_cases.sql"))


def earlier_cases(case: Case, user: User, *, at: datetime) -> Sequence[ListedCase]:
    """Return the last cases of the same person that ``user`` may see, the newest first; up to two statements.

    None where the person is hidden from ``user``, and no case in which they are: the list would tell whose that is.
    """
    if not knows_person(case, user, at=at):
        return []
    visible = readers.visible(user, at=at)
    values = {
        "citizen": case.citizen_id,
        "case": case.pk,
        "reads_hidden": user.authority(at).has(CMU),
        "most": MOST_EARLIER,
    }
    keys = _EARLIER.replace("{visible}", visible.text)
    chosen = Condition(f"complaints_case.id IN ({keys})", {**visible.values, **values})
    found = listed_cases(chosen, ["-filed_at", "-pk"], is_common=True)
    # Who knows the person of this case may not know them in another, whose subject is shown redacted then.
    with_citizens(one for one in found if not knows_person(one, user, at=at))
    return found


@dataclass(frozen=True)
class LinkedCase:
    """A case linked to the one on the page: by which link, and whether it leads, follows, or neither."""

    link: CaseLink
    case: Case
    leads: bool
    follows: bool


@dataclass(frozen=True)
class LinkedCases:
    """The linked cases somebody may see, those of the same problem first, and whether there are more than these."""

    rows: Sequence[LinkedCase]
    has_more: bool

    def __bool__(self) -> bool:
        return bool(self.rows)


def linked_cases(case: Case, user: User, *, at: datetime) -> LinkedCases:
    """Return the cases linked to ``case`` that ``user`` may see, in one statement, or none where none is linked."""
    if not has_part(case, "links"):
        return LinkedCases([], has_more=False)
    visible = Case.objects.visible_to(user, at=at).values("pk")
    both = Q(case=case, lead__in=visible) | Q(lead=case, case__in=visible)
    links = CaseLink.objects.filter(both, ended_at__isnull=True).select_related(
        "case__agency", "case__citizen", "lead__agency", "lead__citizen"
    )
    links = links.defer(
        "case__details", "case__folded", "case__search_vector", "lead__details", "lead__folded", "lead__search_vector"
    )
    found = list(links.order_by("-kind", "at", "pk")[: MOST_LINKED + 1])
    rows = [_linked_case(link, case) for link in found[:MOST_LINKED]]
    return LinkedCases(rows, has_more=len(found) > MOST_LINKED)


def _linked_case(link: CaseLink, case: Case) -> LinkedCase:
    is_follower = link.case_id == case.pk
    is_same = link.kind == LinkKind.SAME_PROBLEM
    other = link.lead if is_follower else link.case
    return LinkedCase(link, other, leads=is_same and is_follower, follows=is_same and not is_follower)
