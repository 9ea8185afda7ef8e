"""Links between cases, the cases that one answer closes, known problems that many share, and what came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from kombu.exceptions import OperationalError

from accounts.models import Citizen, User
from accounts.roles import CMU, CONTACT_CENTRE, SUPERVISION
from agencies import reference_changes
from agencies.models import Agency, ChangeKind, City, Governorate, KnownProblem, Topic
from agencies.reference_changes import Author
from complaints.engine.change import Fact
from complaints.engine.transition import NotEntitled, act
from complaints.models import Case, CaseLink, Channel, LinkKind, ProblemJoin, Recurrence, ReferralTask, TaskState
from complaints.models.case import ArabicStrip
from complaints.permissions import policy
from complaints.permissions.policy import standing_answer
from complaints.workflow import NOT_RATED, Action, Kind, State
from complaints.workflow.refusals import ActionRefused
from kit.compiled_reads import CompiledRead

# ---- The lead of a problem and its followers: finding and locking them, and which of them an answer reaches. ----


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


#: Cases under one lead. Answering takes some thirty milliseconds for each, all of them in one request.
MOST_FOLLOWERS: Final = 300


class LinkRefused(ActionRefused):
    """The two cases cannot be linked; the subclass says why."""


class OneCase(LinkRefused):
    """A case was to be linked to itself."""


class LinkedAlready(LinkRefused):
    """The two are linked."""


class OtherAgency(LinkRefused):
    """The two belong to different agencies: only the unit may put them under one answer."""


class LedAlready(LinkRefused):
    """One of the two follows another case already, ``lead``."""

    def __init__(self, lead: Case) -> None:
        super().__init__(f"case {lead.pk} leads already")
        self.lead = lead


class LeadFollows(LedAlready):
    """It is the lead that follows: the link would make a chain or a loop."""


class HasLead(LedAlready):
    """It is the case that follows."""


class HasFollowers(LinkRefused):
    """The case has ``number`` followers, which would have to move with it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"{number} cases follow")
        self.number = number


class TooManyFollowers(LinkRefused):
    """The lead already has ``MOST_FOLLOWERS``: one transaction must be able to close all of them."""


def link(
    case: Case, lead: Case, kind: str = LinkKind.SAME_PROBLEM, *, by: User, at: datetime, moving: bool = False
) -> CaseLink:
    """Link ``case`` to ``lead``: as the same problem, which the answer of ``lead`` answers too, or as related.

    Both must be open and at the desk of ``by``; for the same problem also of one agency, unless ``by`` is of the unit.
    ``moving`` moves the followers of ``case`` to ``lead`` too. Both histories record it. Raises a ``LinkRefused``,
    ``NotEntitled`` or ``TransitionNotAllowed``.
    """
    if case.pk == lead.pk:
        raise OneCase
    with transaction.atomic():
        # The followers are locked first: they may have to move, and rows are always locked in one order.
        joins = kind == LinkKind.SAME_PROBLEM
        lock({case.pk, lead.pk, *(open_followers(case) if joins else ())})
        # Checked before any error about links: somebody who may only read one of the two learns nothing of its lead.
        for end in (case, lead):
            _require_in_hand(end, by=by, at=at)
        # Read again under the lock: links may have changed meanwhile, and a chain could result.
        followers = _followers(case) if joins else []
        if CaseLink.objects.filter(ended_at__isnull=True, case__in=[case, lead], lead__in=[case, lead]).exists():
            raise LinkedAlready
        if joins:
            _require_one_step(case, lead, followers, moving=moving)
        made = _join(case, lead, kind, by=by, at=at)
        # Checked last: somebody who may not handle both learns nothing of their agencies, and all is rolled back.
        if joins and not _are_under_one(case, lead, by=by, at=at):
            raise OtherAgency
        for follower in followers:
            _move(follower, lead, by=by, at=at)
    return made


def unlink(link: CaseLink, *, by: User, at: datetime) -> None:
    """End ``link``: the case no longer depends on its lead.

    Both histories record it, except that of a closed lead, which does not change any more. Ending it twice is harmless.
    Raises ``TransitionNotAllowed`` once the case itself is closed.
    """
    with transaction.atomic():
        lock({link.case_id, link.lead_id})
        held = CaseLink.objects.select_related("case", "lead").get(pk=link.pk)
        if held.ended_at is not None:
            return
        held.end_event_id = _record(held.case, Action.UNLINK, by=by, at=at)
        if held.lead.state != State.CLOSED:
            held.lead_end_event_id = _record(held.lead, Action.UNLINK, by=by, at=at)
        _end(held, by=by, at=at)


def _require_in_hand(case: Case, *, by: User, at: datetime) -> None:
    if not policy.is_entitled(case, Action.LINK, by, at=at):
        raise NotEntitled


def _followers(case: Case) -> Sequence[CaseLink]:
    links = CaseLink.objects.filter(lead=case.pk, kind=LinkKind.SAME_PROBLEM, ended_at__isnull=True)
    return list(links.select_related("case").order_by("case"))


def _require_one_step(case: Case, lead: Case, followers: Sequence[CaseLink], *, moving: bool) -> None:
    """Refuse links by which an answer would be copied further than from a lead to its followers."""
    if (above := lead_case(lead)) is not None:
        raise LeadFollows(above)
    if (own := lead_case(case)) is not None:
        raise HasLead(own)
    if followers and not moving:
        raise HasFollowers(len(followers))
    if len(_followers(lead)) + len(followers) >= MOST_FOLLOWERS:
        raise TooManyFollowers


def _are_under_one(case: Case, lead: Case, *, by: User, at: datetime) -> bool:
    return case.agency_id == lead.agency_id or by.authority(at).has(CMU)


def _join(case: Case, lead: Case, kind: str, *, by: User, at: datetime) -> CaseLink:
    event = _record(case, Action.LINK, by=by, at=at, facts={"kind": kind, "leads": False})
    lead_event = _record(lead, Action.LINK, by=by, at=at, facts={"kind": kind, "leads": True})
    return CaseLink.objects.create(
        case=case, lead=lead, event_id=event, lead_event_id=lead_event, kind=kind, by=by, at=at
    )


def _move(old: CaseLink, lead: Case, *, by: User, at: datetime) -> None:
    """Move a follower to another lead; one that is closed or has left the agency only loses the old link."""
    _end(old, by=by, at=at)
    if old.case.state != State.CLOSED and _are_under_one(old.case, lead, by=by, at=at):
        _join(old.case, lead, LinkKind.SAME_PROBLEM, by=by, at=at)


def _end(link: CaseLink, *, by: User, at: datetime) -> None:
    link.ended_by, link.ended_at = by, at
    link.save(update_fields=["ended_by", "ended_at", "end_event", "lead_end_event"])


def _record(case: Case, what: Action, *, by: User, at: datetime, facts: dict[str, Fact] | None = None) -> int:
    """Record in the history of one of the two cases; return the key of the event."""
    with act(case, what, by=by, at=at) as change:
        change.facts = facts or {}
    return change.event_id


# ---- Known problems: published, changed and ended by the unit or an agency, and joined by people instead of
# filing.


#: The task that tells of ends.
TELLING: Final = "complaints.tell_of_ended_problems"


class NoSuchProblem(LookupError):
    """There is no such problem, or the user may not change it."""


class ProblemOver(Exception):
    """The problem is over: nobody joins it, and nobody changes it any more."""


class ProblemOvertaken(Exception):
    """Somebody else changed the problem since the page was opened; ``problem`` is what it says now."""

    def __init__(self, problem: KnownProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class ProblemText:
    """What is published of a problem: whose it is (None for the unit), about what, where, from when until when."""

    agency: Agency | None
    topic: Topic
    governorate: Governorate | None
    city: City | None
    text_ar: str
    text_en: str
    starts_at: datetime
    ends_at: datetime


# ---- who publishes ----


def publishing_agencies(user: User, *, at: datetime) -> Sequence[Agency | None]:
    """Return for whom ``user`` publishes: supervisors for their agencies, the unit for itself (None) and for all."""
    authority, today = user.authority(at), timezone.localdate(at)
    agencies = Agency.objects.existing(on=today)
    if authority.has(CMU):
        return [None, *agencies.filter(is_complainable=True)]
    return list(agencies.filter(pk__in=authority.agencies(SUPERVISION)))


def may_change(problem: KnownProblem, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` changes or ends ``problem``: the unit every one, supervisors those of their agency."""
    authority = user.authority(at)
    return authority.has(CMU) or problem.agency_id in authority.agencies(SUPERVISION)


# ---- published, changed, ended ----


def publish(text: ProblemText, *, by: User, at: datetime) -> KnownProblem:
    """Publish a problem, and record who did; the form offers only what ``publishing_agencies`` returns."""
    with transaction.atomic():
        made = KnownProblem.objects.create(**_values(text), published_at=at, changed_at=at)
        reference_changes.note(made, _recorded(text), kind=ChangeKind.ADDED, author=Author(by.pk, at))
    return made


def change(key: int, text: ProblemText, *, seen: str, by: User, at: datetime) -> None:
    """Change a problem that is not over, and record who did; ``seen`` is the moment of the change the page showed.

    Locks the problem. Raises ``NoSuchProblem``, ``ProblemOver`` and ``ProblemOvertaken``.
    """
    with transaction.atomic():
        held, moment = _locked_to_change(key, by=by, at=at)
        if held.changed_at.isoformat() != seen:
            raise ProblemOvertaken(held)
        _write(held, _values(text) | {"changed_at": moment})
        reference_changes.note(held, _recorded(text), kind=ChangeKind.CHANGED, author=Author(by.pk, moment))


def end(key: int, *, by: User, at: datetime) -> None:
    """End a problem now, and record who did; everybody who joined is told by the task that tells of ends.

    Locks the problem. Raises ``NoSuchProblem`` and ``ProblemOver``.
    """
    with transaction.atomic():
        held, moment = _locked_to_change(key, by=by, at=at)
        ends = {"starts_at": min(held.starts_at, moment), "ends_at": moment}
        _write(held, ends | {"changed_at": moment})
        reference_changes.note(held, {"ends_at": moment}, kind=ChangeKind.ENDED, author=Author(by.pk, moment))
        transaction.on_commit(_wake, robust=True)


def hand_on(key: int, agency: Agency, *, author: Author) -> None:
    """Let a problem belong to the agency that does the work from now on; one that is over stays as it was.

    Locks the problem. Raises ``NoSuchProblem``.
    """
    with transaction.atomic():
        held, moment = _locked_problem(key, at=author.at)
        if held.is_over(at=moment):
            return
        _write(held, {"agency": agency, "changed_at": moment})
        reference_changes.note(held, {"agency": agency.pk}, kind=ChangeKind.CHANGED, author=Author(author.by, moment))


def _wake() -> None:
    """Tell a worker that people are to be told; without a broker the schedule finds them within a minute."""
    with suppress(OperationalError):
        current_app.send_task(TELLING, queue="chores", ignore_result=True)


def _locked_to_change(key: int, *, by: User, at: datetime) -> tuple[KnownProblem, datetime]:
    held, moment = _locked_problem(key, at=at)
    if not may_change(held, by, at=at):
        raise NoSuchProblem
    if held.is_over(at=moment):
        raise ProblemOver
    return held, moment


def _locked_problem(key: int, *, at: datetime) -> tuple[KnownProblem, datetime]:
    """Return the problem locked, and the moment, which is never before its last change; raises ``NoSuchProblem``."""
    problems = KnownProblem.objects.select_for_update(of=("self",), no_key=True)
    held = problems.for_reading().filter(pk=key).first()
    if held is None:
        raise NoSuchProblem
    return held, max(at, held.changed_at)


def _write(held: KnownProblem, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(held, name, value)
    held.save(update_fields=sorted(values))


def _values(text: ProblemText) -> dict[str, object]:
    return {name: getattr(text, name) for name in ProblemText.__dataclass_fields__}


def _recorded(text: ProblemText) -> dict[str, object]:
    rows = {name: getattr(text, name) for name in ("agency", "topic", "governorate", "city")}
    return _values(text) | {name: row.pk if row else None for name, row in rows.items()}


# ---- joined ----


def join(key: int, *, citizen: Citizen, by: User, at: datetime, channel: str = Channel.WEB) -> ProblemJoin:
    """Let a person have a known problem too; a second press returns the first row.

    ``by`` is the citizen or an agent of the contact centre, else ``NotEntitled`` is raised. Locks the problem: who
    comes after its end, or before it begins, gets ``ProblemOver``; raises ``NoSuchProblem``.
    """
    if by.pk != citizen.user_id and not by.authority(at).has(CONTACT_CENTRE):
        raise NotEntitled
    with transaction.atomic():
        held, moment = _locked_problem(key, at=at)
        if not held.is_open(at=moment):
            raise ProblemOver
        entered_by = None if by.pk == citizen.user_id else by
        values = {"joined_at": moment, "channel": channel, "entered_by": entered_by}
        return ProblemJoin.objects.get_or_create(problem=held, citizen=citizen, defaults=values)[0]


def leave(key: int, *, citizen: Citizen) -> bool:
    """Take back that a person has a problem too, while nothing was told; False if there was nothing to take back."""
    taken_back, _rows = ProblemJoin.objects.filter(problem=key, citizen=citizen, told_at=None).delete()
    return bool(taken_back)


# ---- Notices that a problem came back: a complaint like one that was closed shortly before, at the same place. ----


def notice(case: Case, *, at: datetime) -> Recurrence | None:
    """Link a case just filed to the newest closing of the same topic and place within CAME_BACK_WEEKS; None if none.

    A place is a governorate and an area, compared without article, vowel marks and spelling variants; without an area
    nothing is linked. One statement, three more where the problem came back. In the caller's transaction.
    """
    if not settings.CAME_BACK_WEEKS or case.kind != Kind.COMPLAINT or not (case.governorate_id and case.area):
        return None
    earlier = _earlier(case, at=at)
    closing = standing_answer(earlier) if earlier else None
    if earlier is None or closing is None:
        return None
    return Recurrence.objects.create(case=case, earlier=earlier, closing=closing, noticed_at=at)


def _earlier(case: Case, *, at: datetime) -> Case | None:
    """Return the case whose closing did not last; a main case before those that its answer closed with it."""
    place = {name: key for name in ("topic", "governorate") if (key := getattr(case, f"{name}_id")) is not None}
    return _CLOSED.first(
        **place,
        area=case.area,
        since=at - timedelta(weeks=settings.CAME_BACK_WEEKS),
        until=at,
        case=case.pk,
    )


def _closed(
    _shape: None,
    *,
    area: str,
    since: datetime,
    until: datetime,
    case: int,
    topic: int | None = None,
    governorate: int | None = None,
) -> QuerySet[Case]:
    leads = CaseLink.objects.filter(case=OuterRef("pk"), kind=LinkKind.SAME_PROBLEM, ended_at__isnull=True)
    closed = Case.objects.filter(
        state=State.CLOSED,
        kind=Kind.COMPLAINT,
        topic=topic,
        governorate=governorate,
        closed_at__gt=since,
        closed_at__lt=until,
    ).exclude(outcome__in=NOT_RATED)
    here = closed.annotate(place_name=ArabicStrip("area")).filter(place_name=ArabicStrip(Value(area)))
    same = here.exclude(pk=case).annotate(is_follower=Exists(leads))
    return same.order_by("is_follower", "-closed_at", "-pk").only("pk")[:1]


_CLOSED: Final = CompiledRead(_closed, is_prepared=True)
