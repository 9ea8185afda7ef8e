"""Scores audited answers: which one is next for a member of the unit, and the doors through which scores come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from secrets import choice
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from agencies import successions
from agencies.models import Agency
from complaints.models import Answer, Case, CaseEvent
from complaints.models.texts import AnswerState
from reports.models import AuditItem, AuditRound, AuditSample, AuditScore
from reports.models.audits import Verdict
from reports.periods import ReportPeriod


class NoSuchItem(LookupError):
    """There is no such audited answer, or this person may not judge it."""


class AlreadyScored(ValueError):
    """Others have scored the answer meanwhile, or this person has."""


class NotInDispute(ValueError):
    """The two scores agree, are not both given, or somebody has settled them."""


def judgeable(user: User, *, at: datetime) -> QuerySet[AuditItem]:
    """Return the audited answers that ``user`` may judge: on no case that they filed, acted on or are recused from."""
    acted = CaseEvent.objects.filter(Q(actor=user) | Q(on_behalf_of=user), case=OuterRef("answer__case"))
    seen = Case.objects.visible_to(user, at=at).filter(pk=OuterRef("answer__case"))
    return AuditItem.objects.filter(Exists(seen), ~Exists(acted))


def open_for(user: User, drawn: AuditRound, *, at: datetime) -> QuerySet[AuditItem]:
    """Return what ``user`` may score in a round: not scored by them, and with a score still to come."""
    given = judgeable(user, at=at).filter(sample__round=drawn, verdict="").annotate(given=Count("scores"))
    waiting = given.filter(Q(given=0) | Q(given=1, needs_second=True))
    return waiting.exclude(Exists(AuditScore.objects.filter(item=OuterRef("pk"), scorer=user)))


def next_item(user: User, drawn: AuditRound, *, at: datetime) -> int | None:
    """Return the key of an answer for ``user`` to score, None if none is left; at random, so that two rarely meet."""
    keys = list(open_for(user, drawn, at=at).values_list("pk", flat=True))
    return choice(keys) if keys else None


@transaction.atomic
def score(key: int, points: Mapping[str, int], *, verdict: str, remark: str = "", by: User, at: datetime) -> AuditScore:
    """Store what ``by`` scored: locks the answer, and decides it when its last score agrees with the others.

    Raises NoSuchItem and AlreadyScored. The database refuses the same by triggers.
    """
    item = _locked(key, by=by, at=at)
    scores = list(item.scores.all())
    if item.verdict or len(scores) > item.needs_second or any(row.scorer_id == by.pk for row in scores):
        raise AlreadyScored
    given = AuditScore.objects.create(item=item, scorer=by, verdict=verdict, remark=remark, scored_at=at, **points)
    if len(scores) == item.needs_second and all(row.verdict == verdict for row in scores):
        _decide(item, verdict, at=at)
    return given


@transaction.atomic
def settle(key: int, *, verdict: str, because: str, by: User, at: datetime) -> AuditItem:
    """Decide an answer on which two scorers differ, as a third person; locks it. Raises NoSuchItem and NotInDispute."""
    item = _locked(key, by=by, at=at)
    scores = list(item.scores.all())
    if any(row.scorer_id == by.pk for row in scores):
        raise NoSuchItem
    if item.verdict or len({row.verdict for row in scores}) < 2:  # noqa: PLR2004 - two verdicts differ
        raise NotInDispute
    item.settled_by, item.settled_because = by, because
    _decide(item, verdict, at=at)
    return item


def disputes(user: User, *, at: datetime) -> QuerySet[AuditItem]:
    """Return the answers on which two differ and that ``user``, who scored none of them, may settle; oldest first."""
    own = AuditScore.objects.filter(item=OuterRef("pk"), scorer=user)
    disputed = AuditItem.objects.disputed().values("pk")
    found = judgeable(user, at=at).filter(pk__in=disputed).exclude(Exists(own))
    return found.order_by("sample__round__first", "pk")


def _locked(key: int, *, by: User, at: datetime) -> AuditItem:
    if not judgeable(by, at=at).filter(pk=key).exists():
        raise NoSuchItem
    return AuditItem.objects.select_for_update(of=("self",)).get(pk=key)


def _decide(item: AuditItem, verdict: str, *, at: datetime) -> None:
    item.verdict, item.judged_at = verdict, at
    item.save(update_fields=["verdict", "judged_at", "settled_by", "settled_because"])


# ---- How far two scorers agree: the share of equal verdicts, and Cohen's kappa, which takes out what chance
# would do.


@dataclass(frozen=True)
class Agreement:
    """The answers that two people scored, and on how many both said the same.

    ``kappa`` is None where it has no value: nothing was scored twice, or every verdict was the same word.
    """

    both: int
    same: int
    kappa: Fraction | None

    @property
    def share(self) -> Fraction | None:
        """Return the share of equal verdicts; None where nothing was scored twice."""
        return Fraction(self.same, self.both) if self.both else None

    @property
    def kappa_text(self) -> str:
        """Return kappa with two decimals; empty where it has no value."""
        return "" if self.kappa is None else f"{float(self.kappa):.2f}"


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Return the agreement of pairs of verdicts.

    Cohen, J. (1960), A coefficient of agreement for nominal scales: (observed - expected) / (1 - expected), where
    expected is the agreement of two people who spread the same verdicts by chance.
    """
    both, same = len(pairs), sum(first == second for first, second in pairs)
    if not both:
        return Agreement(0, 0, None)
    first, second = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
    expected = Fraction(sum(first[verdict] * second[verdict] for verdict in first), both * both)
    kappa = (Fraction(same, both) - expected) / (1 - expected) if expected != 1 else None
    return Agreement(both, same, kappa)


def measured_agreement(rounds: Iterable[AuditRound]) -> Agreement:
    """Return the agreement on all answers of ``rounds`` that two people scored: one statement."""
    rows = AuditScore.objects.filter(item__sample__round__in=rounds, item__needs_second=True).order_by("item", "pk")
    by_item: dict[int, list[str]] = {}
    for item, verdict in rows.values_list("item", "verdict"):
        by_item.setdefault(item, []).append(verdict)
    return agreement([(given[0], given[1]) for given in by_item.values() if len(given) > 1])


# ---- The closings whose answer was sent although the judgement of answers had challenged it. ----


def challenged_answers(user: User, period: ReportPeriod, *, at: datetime) -> QuerySet[Answer]:
    """Return the challenged answers given in ``period`` on cases that ``user`` may open, the newest first."""
    sent = Answer.objects.filter(
        state=AnswerState.GIVEN,
        given_at__gte=period.starts_at,
        given_at__lt=period.ends_at,
        case__in=Case.objects.visible_to(user, at=at),
    ).exclude(challenge="")
    return sent.select_related("case", "agency").order_by("-given_at", "-pk")


def counts_by_agency(answers: QuerySet[Answer]) -> list[tuple[str, int]]:
    """Return the names of the agencies of ``answers`` with their counts, the most first: two statements."""
    rows = answers.order_by().values("agency").annotate(number=Count("pk")).order_by("-number", "agency")
    counts = {row["agency"]: row["number"] for row in rows}
    agencies = Agency.objects.in_bulk(counts)
    return [(agencies[key].name, number) for key, number in counts.items()]


def verdicts_on(answers: list[Answer]) -> Mapping[int, str]:
    """Return the verdict of the audit by the key of the answer, for those that have one; one statement."""
    items = AuditItem.objects.filter(answer__in=answers).exclude(verdict="").select_related(None)
    return {item.answer_id: item.get_verdict_display() for item in items if item.answer_id}


# ---- What the audits of a period found of each agency: as counts, and as an estimate of all its answers. ----


@dataclass(frozen=True)
class Stratum:
    """Answers of one sort in one round: how many there were, how many were judged, and how many of these are genuine.

    Challenged answers are drawn first, so that each sort stands for itself alone.
    """

    population: int
    judged: int
    genuine: int


@dataclass(frozen=True)
class AgencyAudit:
    """What the audits found of the answers of one agency."""

    strata: tuple[Stratum, ...]
    drawn: int = 0
    open: int = 0

    def __add__(self, other: AgencyAudit) -> AgencyAudit:
        return AgencyAudit(self.strata + other.strata, self.drawn + other.drawn, self.open + other.open)

    @property
    def population(self) -> int:
        """Return how many answers there were to draw from."""
        return sum(stratum.population for stratum in self.strata)

    @property
    def judged(self) -> int:
        """Return how many answers have a verdict."""
        return sum(stratum.judged for stratum in self.strata)

    @property
    def hollow(self) -> int:
        """Return how many answers were found hollow."""
        return self.judged - sum(stratum.genuine for stratum in self.strata)

    @property
    def share(self) -> Fraction | None:
        """Return the estimated share of genuine answers among all: each sort counts by its number; None without any."""
        known = [stratum for stratum in self.strata if stratum.judged]
        whole = sum(stratum.population for stratum in known)
        parts = (Fraction(stratum.genuine, stratum.judged) * stratum.population for stratum in known)
        return sum(parts, Fraction()) / whole if whole else None

    @property
    def effective(self) -> Fraction:
        """Return how many answers drawn evenly would tell as much as those judged (Kish, Survey Sampling, 1965).

        Never more than were judged; it does not depend on what was found.
        """
        known = [stratum for stratum in self.strata if stratum.judged]
        whole = sum(stratum.population for stratum in known)
        spread = sum((Fraction(stratum.population**2, stratum.judged) for stratum in known), Fraction())
        return whole * whole / spread if whole else Fraction()


def rounds_within(period: ReportPeriod) -> Iterable[AuditRound]:
    """Return the rounds whose days all lie in ``period``: the audits that tell about it."""
    return AuditRound.objects.filter(first__gte=period.first, last__lte=period.last)


def audits(rounds: Iterable[AuditRound], *, at: datetime) -> Mapping[int, AgencyAudit]:
    """Return what ``rounds`` found, by the agency that does the work of the audited one today; two statements."""
    continued = successions.continuity(on=timezone.localdate(at))
    found: dict[int, AgencyAudit] = {}
    for sample, audit in sample_audits(rounds):
        agency = continued.agency(sample.agency_id, None, None) or sample.agency_id
        found[agency] = found.get(agency, AgencyAudit(())) + audit
    return found


def sample_audits(rounds: Iterable[AuditRound]) -> list[tuple[AuditSample, AgencyAudit]]:
    """Return each sample of ``rounds`` with its agency and what was found; one statement."""
    return [(sample, _audit(sample)) for sample in _counted(rounds)]


def _counted(rounds: Iterable[AuditRound]) -> Iterable[AuditSample]:
    decided, genuine = ~Q(items__verdict=""), Q(items__verdict=Verdict.GENUINE)
    challenged = Q(items__is_challenged=True)
    return (
        AuditSample.objects.filter(round__in=rounds)
        .select_related("agency")
        .annotate(
            drawn=Count("items"),
            judged_challenged=Count("items", filter=decided & challenged),
            genuine_challenged=Count("items", filter=genuine & challenged),
            judged_others=Count("items", filter=decided & ~challenged),
            genuine_others=Count("items", filter=genuine & ~challenged),
            others=F("population") - F("challenged"),
        )
    )


def _audit(sample: Any) -> AgencyAudit:
    strata = tuple(
        Stratum(population, judged, good)
        for population, judged, good in (
            (sample.challenged, sample.judged_challenged, sample.genuine_challenged),
            (sample.others, sample.judged_others, sample.genuine_others),
        )
    )
    drawn: int = sample.drawn
    return AgencyAudit(strata, drawn, drawn - sum(stratum.judged for stratum in strata))
