"""Who sees which cases, as conditions of statements in ``.sql`` files, and which parts of a case only some may read.

Conditions are those that ``CaseQuerySet`` defines: each is compiled from a ``Reader``, which holds everything that the
definition reads, and kept for the next statement of the same person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import dropwhile
from typing import Any, Final, cast
from uuid import UUID

from django.db.models import Exists, Manager, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User, members_of
from accounts.roles import CMU, DESK, READERS, SUPERVISION, Authority, Role
from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import Agency
from complaints.clocks import clockwork
from complaints.clocks.clockwork import empty_level
from complaints.models import (
    Attachment,
    Case,
    CaseEvent,
    CaseLink,
    CaseQuerySet,
    CentreContact,
    Clock,
    Consultation,
    Explanation,
    Macro,
    Recurrence,
    ReferralTask,
    Ruling,
    SavedFilter,
    StandardText,
    TopicAnswer,
)
from complaints.workflow import ACTIONS, AT_AGENCY, UNDOABLE, Action
from kit.arabic import fold, strip_prefixes
from kit.statements import Condition, condition

#: Readers whose conditions are kept: more than work at the same time.
MOST_READERS: Final = 2048
#: Nothing in the definition depends on the moment but the authority, which the reader has already.
_ANY_MOMENT: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Reader:
    """A member of staff with the authority of one day, as far as the definition of who sees what reads them.

    It stands for the user when the condition is compiled, so that nothing else can enter it.
    """

    pk: UUID
    person_id: UUID | None
    is_staff: bool
    roles: frozenset[tuple[Role, int | None]]
    lent: tuple[tuple[Role, int | None, UUID], ...]
    is_authenticated: bool = True

    @classmethod
    def of(cls, user: User, *, at: datetime) -> Reader:
        """Return ``user`` with their authority at ``at``."""
        authority = user.authority(at)
        return cls(user.pk, user.person_id, user.is_staff, authority.roles, authority.lent)

    def authority(self, _at: datetime) -> Authority:
        """Return the authority that the reader was made with."""
        return Authority(self.roles, self.lent)


def visible(user: User, *, at: datetime) -> Condition:
    """Return ``CaseQuerySet.visible_to`` of a member of staff as a condition on ``complaints_case``."""
    return _compiled(CaseQuerySet.visible_to, "visible", Reader.of(user, at=at))


def at_desk(user: User, *, at: datetime) -> Condition:
    """Return ``CaseQuerySet.at_desk_of`` as a condition on ``complaints_case``."""
    return _compiled(CaseQuerySet.at_desk_of, "desk", Reader.of(user, at=at))


def not_own(user: User, *, at: datetime) -> Condition:
    """Return ``CaseQuerySet.not_own_or_recused`` as a condition on ``complaints_case``."""
    return _compiled(_not_own, "not_own", Reader.of(user, at=at))


def _not_own(cases: CaseQuerySet, user: User, *, at: datetime) -> CaseQuerySet:  # noqa: ARG001 - called as the others
    return cases.not_own_or_recused(user)


@lru_cache(maxsize=MOST_READERS)
def _compiled(define: Callable[..., CaseQuerySet], prefix: str, reader: Reader) -> Condition:
    return condition(define(Case.objects.all(), cast("User", reader), at=_ANY_MOMENT), prefix)


# ---- Which of its rarer rows a case has: pages ask for them only where there are some. ----
#
# Each part would cost a statement on every page, which PostgreSQL plans and the page builds; the flags cost one for
# all.


_OF_CASE: Final = Q(case=OuterRef("pk"))
#: The parts by name, with what makes a row one of the case.
_PARTS: Final[dict[str, tuple[Manager[Any], Q]]] = {
    "attachments": (Attachment.objects, _OF_CASE),
    "contacts": (CentreContact.objects, Q(reference=OuterRef("reference"))),
    "consultations": (Consultation.objects, _OF_CASE),
    "explanations": (Explanation.objects, _OF_CASE),
    "links": (CaseLink.objects, (_OF_CASE | Q(lead=OuterRef("pk"))) & Q(ended_at__isnull=True)),
    "recurrence": (Recurrence.objects, _OF_CASE),
    "rulings": (Ruling.objects, _OF_CASE),
    "tasks": (ReferralTask.objects, _OF_CASE),
    "topic_answers": (TopicAnswer.objects, _OF_CASE),
}


def with_parts(cases: CaseQuerySet) -> CaseQuerySet:
    """Annotate ``cases`` with what ``has_part`` reads."""
    return cases.annotate(**{f"has_{name}": Exists(rows.filter(of_case)) for name, (rows, of_case) in _PARTS.items()})


def has_part(case: Case, name: str) -> bool:
    """Tell whether ``case`` had rows of a part when it was loaded; True where it was not loaded ``with_parts``.

    For pages alone: what is decided under the lock of a case asks for the rows.
    """
    if name not in _PARTS:
        message = f"no part of a case: {name}"
        raise ValueError(message)
    return bool(getattr(case, f"has_{name}", True))


# ---- Readers who differ only in who they are and where they work: their statements have the same shape. ----
#
# A statement that ``visible_to`` is part of is compiled once for each shape; persons and agencies are its values.


#: Nothing in the definition depends on the moment but the authority, which a reader has already.
ANY_MOMENT: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ReaderShape:
    """A ``Reader`` with the names of values in place of persons and agencies."""

    has_person: bool
    is_staff: bool
    roles: frozenset[tuple[Role, str]]
    lent: tuple[tuple[Role, str, str], ...]

    def reader(self, values: Mapping[str, Any]) -> Reader:
        """Return the reader for whom a queryset is built, made of ``values`` or what stands for them."""
        return Reader(
            pk=values["reader"],
            person_id=values["person"] if self.has_person else None,
            is_staff=self.is_staff,
            roles=frozenset((role, values.get(agency)) for role, agency in self.roles),
            lent=tuple((role, values.get(agency), values[absent]) for role, agency, absent in self.lent),
        )


def reader_shape(user: User, *, at: datetime) -> tuple[ReaderShape, dict[str, Any]]:
    """Return the shape of ``user`` with the authority of the day, and the values that fill it."""
    authority = user.authority(at)
    held = sorted({agency for _role, agency in authority.roles if agency is not None})
    agencies: dict[int | None, str] = {agency: f"agency_{place}" for place, agency in enumerate(held)}
    absent = sorted({who for _role, _agency, who in authority.lent})
    people = {who: f"absent_{place}" for place, who in enumerate(absent)}
    shape = ReaderShape(
        has_person=user.person_id is not None,
        is_staff=user.is_staff,
        roles=frozenset((role, agencies.get(agency, "")) for role, agency in authority.roles),
        lent=tuple((role, agencies.get(agency, ""), people[who]) for role, agency, who in authority.lent),
    )
    values: dict[str, Any] = {"reader": user.pk}
    if user.person_id is not None:
        values["person"] = user.person_id
    return shape, values | {name: key for key, name in (agencies | people).items()}


# ---- What only the desk that wrote it and the unit read: the words and the files of notes, explanations and
# recusals.


def reads_words(event: CaseEvent, user: User, *, at: datetime) -> bool:
    """Tell whether ``user``, who may open the case, may read what was written with ``event`` and the files of it."""
    if not ACTIONS[Action(event.action)].is_for_own_desk:
        return True
    authority = user.authority(at)
    return authority.has(CMU) or event.desk_id in authority.agencies(READERS)


# ---- Which event took a case from a desk, for staff whose desk had it a short time ago, and for nobody else. ----


#: The agency that leads the case, and those with a partner task on it.
type _Held = tuple[int | None, frozenset[int | None]]

#: How long a form may have been open when its case leaves the desk: a working day, which no session outlasts.
LATELY: Final = timedelta(hours=12)


def event_that_ended_access(case: Case, desks: Collection[int], *, seen: int, at: datetime) -> CaseEvent | None:
    """Return the event that took ``case``, or their partner task, from all of ``desks`` after event number ``seen``.

    None unless they had it when event ``seen`` was the newest, and lost it within ``LATELY``: the number comes from a
    form, and somebody who guesses one learns nothing that their desk did not know. One statement.
    """
    events = case.events.select_related("actor", "on_behalf_of").order_by("number")
    steps = dropwhile(lambda step: step[0].number < seen, _holders_after_each(events))
    if (shown := next(steps, None)) is None or shown[0].number != seen or not shown[1].intersection(desks):
        return None
    lost = next((event for event, holders in steps if not holders.intersection(desks)), None)
    return lost if lost is not None and lost.at > at - LATELY else None


def _holders_after_each(events: Iterable[CaseEvent]) -> Iterator[tuple[CaseEvent, frozenset[int | None]]]:
    """Yield each event with the agencies that had the case, or a partner task on it, after the event."""
    held: _Held = (None, frozenset())
    before = held
    for event in events:
        if event.action == Action.UNDO:
            held = before
        else:
            before, held = held if event.action in UNDOABLE else before, _held_after(event, *held)
        lead, parts = held
        yield event, parts | {lead}


def _held_after(event: CaseEvent, lead: int | None, parts: frozenset[int | None]) -> _Held:
    agency = event.named_agency_id
    match event.action:
        case Action.FILE:
            lead = event.agency_id
        case Action.REFER:
            lead, parts = agency, frozenset()
        case Action.DECLINE | Action.RETURN:
            lead = None
        case Action.CLOSE | Action.DELIVER | Action.WITHDRAW:
            parts = frozenset()
        case Action.ADD_TASK:
            parts |= {agency}
        case Action.ANSWER_TASK | Action.DROP_TASK:
            parts -= {agency}
    return lead, parts


# ---- What may be asked for while an agency is late: by the citizen a reminder and the unit, by its leadership
# why.


def allows(case: Case, action: Action, *, at: datetime) -> bool:
    """Tell whether the delay of ``case`` allows ``action``; any other action does not ask for one."""
    match action:
        case Action.REMIND_AGENCY:
            return is_late_at_agency(case, at=at)
        case Action.ASK_UNIT:
            return may_ask_unit(case, at=at)
        case Action.ASK_EXPLANATION:
            return is_late_at_agency(case, at=at)
        case Action.EXPLAIN:
            return open_explanation(case) is not None
        case _:
            return True


def open_explanation(case: Case) -> Explanation | None:
    """Return what the leadership of the agency that has ``case`` asked and nobody answered yet; one statement."""
    asked = case.explanations.open().filter(agency=case.agency_id)
    return asked.select_related("asked_by").first()


def is_late_at_agency(case: Case, *, at: datetime) -> bool:
    """Tell whether an agency has to act on ``case`` and has missed the day."""
    return case.state in AT_AGENCY and case.is_late(at=at)


def may_ask_unit(case: Case, *, at: datetime) -> bool:
    """Tell whether every escalation level was told of the delay, and the unit was not asked yet; one statement."""
    return is_late_at_agency(case, at=at) and case.unit_asked_at is None and _all_levels_were_told(case)


def _all_levels_were_told(case: Case) -> bool:
    running = Clock.objects.filter(case=case, ended_at__isnull=True, paused_at__isnull=True, task__isnull=True)
    taken = set(running.values_list("steps__step", flat=True))
    return all(taken & {str(role), empty_level(role)} for role in clockwork.ladder())


def reminds_again_on(case: Case, *, at: datetime, calendar: WorkingCalendar) -> date | None:
    """Return the day on which the citizen may remind the agency again, None if they may at once; one statement.

    A working day lasts until the next one begins: who reminded on Thursday may again on Sunday.
    """
    today = timezone.localdate(at, AMMAN)
    begun = today if calendar.is_working_day(today) else calendar.working_day_before(today)
    since = datetime.combine(begun, time.min, AMMAN)
    if not case.events.filter(action=Action.REMIND_AGENCY, at__gte=since).exists():
        return None
    return calendar.working_day_after(today)


# ---- Who is recused from a case, and which staff of its desk the name typed by the citizen matches. ----


#: One word is not enough for a name: several people at a desk may share it.
FEWEST_WORDS: Final = 2
_WORD: Final = re.compile(r"\w+")
#: Compound names that are written as one word or as two.
_COMPOUND: Final = re.compile(r"\b(عبد|ابو|ام)\W+(?=\w)")
#: Titles and other words before or within a name that need not be part of it.
_BESIDE: Final = frozenset(
    strip_prefixes(
        "السيد السيدة الآنسة المهندس المهندسة الدكتور الدكتورة الأستاذ الأستاذة الموظف الموظفة بن ابن بنت"
    ).split()
) | {"mr", "mrs", "ms", "miss", "dr", "eng", "al", "el", "bin", "ibn"}


def name_words(name: str) -> frozenset[str]:
    """Return the words of ``name`` with folded letters, without articles, and compound names as one word."""
    return frozenset(_WORD.findall(strip_prefixes(_COMPOUND.sub(r"\1", fold(name)))))


def is_named(typed: str, user: User) -> bool:
    """Tell whether ``typed`` names ``user``: at least two words, all part of the name in one of its scripts."""
    wanted = name_words(typed)
    return any(_is_part(wanted, name_words(name)) for name in (user.name_ar, user.name_en))


def _is_part(wanted: frozenset[str], own: frozenset[str]) -> bool:
    return len(wanted & own) >= FEWEST_WORDS and wanted - own <= _BESIDE


def named_at(agency: Agency | None, typed: str, *, at: datetime) -> Sequence[User]:
    """Return the people of the desk and the escalation ladder of ``agency`` whom ``typed`` names at ``at``.

    One statement, none where nothing was typed that could be a name.
    """
    if agency is None or len(name_words(typed)) < FEWEST_WORDS:
        return []
    people = members_of(READERS, timezone.localdate(at), agencies=[agency.pk])
    return [user for user in people if is_named(typed, user)]


def recused_people(case: Case, user: User, *, at: datetime) -> Sequence[User]:
    """Return the people recused from ``case``, for its desk and the unit; no statement where nobody is."""
    authority = user.authority(at)
    if not case.recused or not (authority.has(CMU) or case.agency_id in authority.agencies(DESK)):
        return []
    return list(User.objects.filter(pk__in=case.recused).order_by("login"))


# ---- Who may change an agency's standard texts, saved filters and macros. ----


def may_change_text(text: StandardText, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may change ``text``: officers for their agency, the unit for all agencies."""
    authority = user.authority(at)
    return authority.has(CMU) if text.agency_id is None else text.agency_id in authority.agencies(DESK)


def deletable_filters(user: User, *, at: datetime) -> QuerySet[SavedFilter]:
    """Return the filters ``user`` may delete: their own, and for a supervisor those shared in the agency."""
    return SavedFilter.objects.filter(Q(owner=user) | Q(agency__in=user.authority(at).agencies(SUPERVISION)))


def may_delete_filter(user: User, *, is_own: bool, agency: int | None, at: datetime) -> bool:
    """Tell whether ``user`` may delete one loaded filter, by the rule of ``deletable_filters``, without a statement."""
    return is_own or agency in user.authority(at).agencies(SUPERVISION)


def readable_macros(user: User, *, at: datetime) -> QuerySet[Macro]:
    """Return the macros ``user`` may run: their own, and those shared in an agency whose cases they work on."""
    return Macro.objects.filter(Q(owner=user) | Q(agency__in=user.authority(at).agencies(DESK | CMU)))


def may_change_macro(macro: Macro, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may change ``macro``: its owner, a supervisor of its agency, or the unit for its own."""
    return macro.owner_id == user.pk or macro.agency_id in user.authority(at).agencies(SUPERVISION | CMU)


def macro_agencies(user: User, *, at: datetime) -> QuerySet[Agency]:
    """Return the agencies in which ``user`` may share a macro: as supervisor, or as one of the unit."""
    return Agency.objects.filter(pk__in=user.authority(at).agencies(SUPERVISION | CMU)).order_by("pk")
