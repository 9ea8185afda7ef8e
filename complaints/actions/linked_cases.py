"""The lead of a problem and its followers: finding and locking them, and which of them an answer reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import Citizen, User
from complaints.models import Case, CaseLink, LinkKind, ReferralTask, TaskState
from complaints.permissions import policy
from complaints.workflow import Kind, State


def lock(keys: Collection[int]) -> None:
    """Lock several cases for this transaction, then their citizens, each in the order of their keys.

    The fixed order prevents deadlocks: a transition locks its case's citizen too, and other cases may belong to the
    same two people in the opposite order. A transaction that changes several cases begins with this.
    """
    cases = Case.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    lock_people(cases.values_list("citizen", flat=True))


def lock_people(keys: Iterable[UUID]) -> None:
    """Lock the citizens of cases that are locked already, in the order of their keys."""
    list(Citizen.objects.select_for_update().filter(pk__in=list(keys)).order_by("pk").values_list("pk"))


def lock_followed(case: Case) -> None:
    """Lock a case and all its followers."""
    lock([case.pk, *open_followers(case)])


def _links() -> QuerySet[CaseLink]:
    return CaseLink.objects.filter(ended_at__isnull=True)


def _joined() -> QuerySet[CaseLink]:
    return _links().filter(kind=LinkKind.SAME_PROBLEM)


def lead_case(case: Case) -> Case | None:
    """Return the case whose answer answers ``case`` too."""
    link = _joined().filter(case=case.pk).select_related("lead__agency", "lead__topic", "lead__citizen").first()
    return link.lead if link else None


def linked_ids(case: Case) -> set[int]:
    """Return the keys of the cases linked to ``case`` in any way, and of those under the same lead.

    Two statements by index, not a subquery: combined with an OR the planner would scan all cases.
    """
    leads = list(_joined().filter(case=case.pk).values_list("lead", flat=True))
    pairs = _links().filter(Q(case=case.pk) | Q(lead=case.pk) | Q(lead__in=leads, kind=LinkKind.SAME_PROBLEM))
    return {key for pair in pairs.values_list("case", "lead") for key in pair} - {case.pk}


def open_links(case: Case, user: User, *, at: datetime) -> list[CaseLink]:
    """Return the links of ``case`` whose other case ``user`` may open, with both cases, that to the lead first."""
    found = _links().filter(Q(case=case.pk) | Q(lead=case.pk)).select_related("case__citizen", "lead__citizen")
    links = list(found.order_by("-kind", "at", "pk"))
    others = [link.lead_id if link.case_id == case.pk else link.case_id for link in links]
    seen = set(Case.objects.visible_to(user, at=at).filter(pk__in=others).values_list("pk", flat=True))
    return [link for link, other in zip(links, others, strict=True) if other in seen]


def open_followers(case: Case) -> list[int]:
    """Return the keys of the followers of ``case``."""
    return list(_joined().filter(lead=case.pk).values_list("case", flat=True))


# ---- which followers an answer reaches ----


#: Why the answer of a lead does not reach a follower.
CLOSED, WAITING, ELSEWHERE = _("already closed"), _("waiting for the citizen"), _("not in progress at your agency")
OTHER_KIND, TASKS = _("of another kind"), _("waiting for another agency's answer")
SIGNATURE, OWN = _("its topic needs a second signature"), _("your own case")
ABOUT = _("you may not answer it")
UNDECIDED = _("the agency has not confirmed responsibility yet")
WRITERS = _("the person who wrote the answer may not handle it")
#: A tuple, not a set: the hash of a lazy translation depends on the language.
_UNNAMED = (ELSEWHERE, OWN, ABOUT, WRITERS)


@dataclass(frozen=True)
class LeftOut:
    """One follower that the answer does not reach, and why; without the case where the reader may not open it."""

    case: Case | None
    why: str


@dataclass(frozen=True)
class AnswerReach:
    """Which followers the answer of a lead closes, and which it leaves as they are."""

    ready: Sequence[Case] = field(default_factory=list)
    left: Sequence[LeftOut] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.ready or self.left)

    def people(self, lead: Case) -> int:
        """Return how many people get the answer, including the citizen of the lead."""
        return len({lead.citizen_id, *(case.citizen_id for case in self.ready)})


def answer_reach(
    lead: Case, *, by: User, at: datetime, signed: bool, writer: User | None = None, by_unit: bool = False
) -> AnswerReach:
    """Return which followers an answer of ``by`` to ``lead`` reaches; ``signed`` if a second person signs it.

    ``writer`` is who wrote the answer that ``by`` signs; ``by_unit`` if the unit signs, which accepts nothing for an
    agency. One statement. Of a follower at another agency, or filed by one of the two, only the reason is returned.
    """
    tasks = ReferralTask.objects.filter(case=OuterRef("pk"), state=TaskState.OPEN)
    followers = (
        Case.objects.filter(pk__in=_joined().filter(lead=lead.pk).values("case"))
        .select_related("agency", "topic", "citizen")
        .defer("folded", "search_vector")
        .annotate(has_tasks=Exists(tasks))
        .with_recused()
        .order_by("pk")
    )
    ready, left = [], []
    for case in followers:
        why = _why_left(case, lead, by=by, at=at, signed=signed, writer=writer)
        if why is None and by_unit and case.state == State.REFERRED and case.kind == Kind.COMPLAINT:
            why = UNDECIDED
        if why is None:
            ready.append(case)
        else:
            left.append(LeftOut(None if why in _UNNAMED else case, str(why)))
    return AnswerReach(ready, left)


def _why_left(case: Any, lead: Case, *, by: User, at: datetime, signed: bool, writer: User | None) -> StrPromise | None:
    is_ours = case.agency_id == lead.agency_id
    why = {
        OWN: _is_own(case, by),
        ABOUT: policy.must_not_handle(case, by, at=at),
        WRITERS: writer is not None and (_is_own(case, writer) or policy.must_not_handle(case, writer, at=at)),
        ELSEWHERE: not is_ours or case.state in {State.TRIAGE, State.OBJECTED},
        CLOSED: case.state == State.CLOSED,
        WAITING: case.state == State.WAITING,
        OTHER_KIND: case.kind != lead.kind,
        TASKS: case.has_tasks,
        SIGNATURE: not signed and case.needs_second_signature,
    }
    return next((reason for reason, holds in why.items() if holds), None)


def _is_own(case: Case, user: User) -> bool:
    return case.is_own_of(user) or case.citizen.user_id == user.pk
