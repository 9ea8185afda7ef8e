"""Whose a case is: how often it may be passed back, when the unit's ruling binds, and agencies that ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.roles import CMU
from agencies.models import Agency
from complaints.competence import precedents, referrals
from complaints.deadlines import limits
from complaints.models import Case, CaseEvent, CaseQuerySet, Precedent, Ruling
from complaints.workflow import State, Verb

if TYPE_CHECKING:
    from accounts.models import User
    from complaints.competence.referrals import Part

#: The states in which an agency has to do something for a case.
AT_AGENCY = frozenset({State.REFERRED, State.IN_PROGRESS})
#: Cases of an agency that ended which one press refers: each is a transaction of its own.
MOST_AT_ONCE = 100


class AgencyEnded(ValueError):
    """The agency has been merged or abolished: nothing new can go to it."""


def bounces_before_ruling() -> int:
    """Return after how many bounces only the unit may say whose a case is."""
    return limits.bounces_before_ruling()


def needs_ruling(case: Case) -> bool:
    """Tell whether the next referral of ``case`` is a ruling, which needs a reason."""
    return case.bounces >= bounces_before_ruling()


def is_bound(case: Case) -> bool:
    """Tell whether the agency of ``case`` has it by a ruling, and so can neither decline nor return it.

    Every bounce leads to triage, which only a referral by the unit leaves: that of the last one is the ruling.
    """
    return case.agency_id is not None and needs_ruling(case)


def has_ended(agency: Agency, *, on: date) -> bool:
    """Tell whether ``agency`` was merged or abolished before a day."""
    return agency.ends_on is not None and agency.ends_on < on


def require_existing(agency: Agency, *, on: date) -> None:
    """Raise ``AgencyEnded`` for an agency that was merged or abolished before a day, as the database says it now."""
    if Agency.objects.filter(pk=agency.pk, ends_on__lt=on).exists():
        raise AgencyEnded


# ---- what the page of a case says of it ----


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Whose a case is and who else has a part in it, as one page says it.

    ``bars`` are the sentences that tell why a verb is missing; ``offered`` is the precedent the unit had before it at
    the last referral, and ``fitting`` those that fit while it looks for the owner.
    """

    ruling: Ruling | None
    is_bound: bool
    bars: Sequence[str]
    parts: Sequence[Part]
    offered: Precedent | None
    was_followed: bool
    fitting: Sequence[Precedent]
    ended_on: date | None

    def __bool__(self) -> bool:
        shown = (self.ruling, self.bars, self.parts, self.offered, self.fitting, self.ended_on)
        return any(bool(one) for one in shown)


def sheet_of(case: Case, user: User, *, at: datetime) -> Sheet:
    """Return what the page of ``case`` says of its competence, in a number of statements that is the same for any."""
    parts = referrals.parts_of(case)
    ruling, referral = _last_ruling(case), _last_referral(case)
    offered = _precedent(referral.facts) if referral else None
    looks = case.state == State.TRIAGE and user.authority(at).has(CMU)
    on = timezone.localdate(at)
    return Sheet(
        ruling=ruling,
        is_bound=is_bound(case),
        bars=_bars(case, parts),
        parts=parts,
        offered=offered,
        was_followed=offered is not None and offered.agency_id == case.agency_id,
        fitting=precedents.of_cases([case], on=on).get(case.pk, []) if looks else [],
        ended_on=case.agency.ends_on if case.agency and has_ended(case.agency, on=on) else None,
    )


def bars_of(case: Case, verb: str) -> list[str]:
    """Return why ``verb`` is not open on ``case`` although its state is: in the words of the desk, often nothing."""
    if verb in {Verb.DECLINE, Verb.RETURN} and is_bound(case):
        return [_bound_words()]
    if verb == Verb.CLOSE and case.state == State.WAITING:
        return [gettext("The citizen has an open question. Closing stops the answer")]
    if verb == Verb.CLOSE:
        return [_part_words(part) for part in referrals.parts_of(case) if part.is_open]
    return []


def _bars(case: Case, parts: Sequence[Part]) -> list[str]:
    if case.state not in AT_AGENCY:
        return []
    bound = [_bound_words()] if is_bound(case) else []
    return bound + [_part_words(part) for part in parts if part.is_open]


def _bound_words() -> str:
    most = bounces_before_ruling()
    words = ngettext(
        "The case came back %(count)s time, and the Government Complaints Management Unit has ruled. The ruling binds: "
        "the case can neither be declined nor returned.",
        "The case came back %(count)s times, and the Government Complaints Management Unit has ruled. The ruling "
        "binds: the case can neither be declined nor returned.",
        most,
    )
    return words % {"count": most}


def _part_words(part: Part) -> str:
    words = gettext("The case cannot be closed yet: the answer of %(agency)s is missing.")
    return words % {"agency": part.task.agency.name}


def _last_ruling(case: Case) -> Ruling | None:
    rulings = case.rulings.filter(agency__isnull=False).exclude(text="").select_related("by", "agency")
    last = rulings.order_by("at", "id").last()
    return last if last and last.agency_id == case.agency_id else None


def _last_referral(case: Case) -> CaseEvent | None:
    return case.events.filter(verb=Verb.REFER).order_by("number").last()


def _precedent(facts: Mapping[str, Any]) -> Precedent | None:
    key = facts.get("offered")
    return Precedent.objects.select_related("agency").filter(pk=key).first() if key else None


# ---- agencies that ended while their cases were open ----


@dataclass(frozen=True)
class Ended:
    """An agency that ended, and how many of its cases wait for another: ``waiting`` of them for their citizen."""

    agency: Agency
    open: int
    waiting: int


def ended_with_cases(*, on: date) -> list[Ended]:
    """Return the agencies that ended before a day with cases still open, the longest ago first; one statement.

    Nothing moves by itself: whose a case is, is the unit's to say, and until it does the desk that is left goes on.
    """
    is_open = Q(cases__state__in=[State.REFERRED, State.IN_PROGRESS, State.WAITING])
    agencies = Agency.objects.filter(ends_on__lt=on).annotate(
        open_cases=Count("cases", filter=is_open), waiting=Count("cases", filter=Q(cases__state=State.WAITING))
    )
    rows: QuerySet[Any] = agencies.filter(open_cases__gt=0).order_by("ends_on", "name_ar")
    return [Ended(agency, agency.open_cases, agency.waiting) for agency in rows]


def cases_left_at(agency: Agency, *, within: CaseQuerySet) -> list[Case]:
    """Return the cases of ``agency`` that the unit can refer now, the oldest first, ``MOST_AT_ONCE`` of them at most.

    ``within`` are those that are work of whoever refers them.

    Those that wait for their citizen are none: they can be referred once there is a reply, or its time is over.
    """
    left = within.filter(agency=agency, state__in=AT_AGENCY).for_listing()
    return list(left.order_by("filed_at", "pk")[:MOST_AT_ONCE])
