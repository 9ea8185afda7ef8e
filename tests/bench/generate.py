"""Made-up cases written in bulk: realistic texts, shares of agencies, kinds and states, dates, and whole histories."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, groupby
from pathlib import Path
from random import Random
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import Citizen, Identity, Membership, NumberKind, User
from accounts.roles import Role
from agencies.models import Agency, Topic, current_calendar
from complaints.models import Case, CaseEvent, Channel, Clock, Holding
from tests.bench import progress
from tests.bench.case_rows import MOVING
from tests.bench.simulated_case import SimulatedCase
from tests.bench.world import Desk, Keys, Seed, World

SAMPLES = Path(__file__).parents[2] / "complaints" / "data" / "sample_cases.csv"
#: Cases held in memory at a time.
PORTION = 2000
BATCH = 2000
#: The weight of each further agency falls as in life: a few receive most.
FALLING = 0.93
OWN_AGENCY = 0.6
TO_TRIAGE = 0.07
CASES_OF_A_CITIZEN = 3
FIRST_NAMES = ("أمينة", "محمد", "ليلى", "خالد", "رنا", "عمر", "سلمى", "يوسف", "هبة", "زيد", "نور", "طارق")
FAMILY_NAMES = ("الخطيب", "الحوراني", "العبادي", "الزعبي", "المجالي", "النسور", "حداد", "الشرع", "العمري", "بني هاني")


class Sample(NamedTuple):
    """One text of the sample file."""

    kind: str
    language: str
    channel: str
    agency: str
    topic: str
    place: str
    subject: str
    details: str


def read_samples() -> list[Sample]:
    """Return the texts of the sample file."""
    with SAMPLES.open(encoding="utf-8", newline="") as rows:
        return [
            Sample(
                row["kind"],
                row["language"],
                row["channel"],
                row["agency_code"],
                row["category_code"],
                row["place"],
                row["subject"],
                row["body"],
            )
            for row in csv.DictReader(rows)
        ]


def generate(number: int, *, world: World, seed: int, since: datetime, until: datetime) -> None:
    """Write ``number`` cases filed between ``since`` and ``until``, with all their rows, in one transaction.

    The rows are what the actions would have written, messages apart, so the database's own guards let them pass.
    """
    dice, keys = Random(seed), Keys()
    dealer = _Dealer(world, dice)
    moments = sorted(_filing_moment(dice, since, until) for _ in range(number))
    with transaction.atomic():
        _spare_the_text_indexes()
        starts = range(0, number, PORTION)
        for start in progress.follow(starts, "Making up cases", size=PORTION, whole=number):
            simulated = [
                SimulatedCase(dealer.seed(), world=world, keys=keys, dice=dice, at=at, until=until)
                for at in moments[start : start + PORTION]
            ]
            _write(simulated)


def _spare_the_text_indexes() -> None:
    """Let the words wait beside the search indexes: each step of a case would have them sorted in again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL gin_pending_list_limit = '1GB'")


def _filing_moment(dice: Random, since: datetime, until: datetime) -> datetime:
    """Return a moment of the span, by day more often than by night."""
    day = since + (until - since) * dice.random()
    local = timezone.localtime(day).replace(hour=min(23, max(0, int(dice.gauss(14, 4)))), microsecond=0)
    return local if since <= local < until else day.replace(microsecond=0)


class _Dealer:
    """Deals out texts, topics and agencies in realistic shares."""

    def __init__(self, world: World, dice: Random) -> None:
        self.world, self.dice = world, dice
        self.samples = read_samples()
        self.desks = {desk.agency.code: desk for desk in world.desks}
        self.topics = {topic.code: topic for topic in world.topics}
        self.weights = list(accumulate(FALLING**place for place in range(len(world.desks))))

    def seed(self) -> Seed:
        """Return what one person writes."""
        sample = self.dice.choice(self.samples)
        topic = self.topics.get(sample.topic) or self.dice.choice(self.world.topics)
        return Seed(
            kind=sample.kind,
            topic=topic,
            desk=None if self.dice.random() < TO_TRIAGE else self._desk(sample),
            subject=sample.subject[:120],
            details=f"{sample.details} رقم المبنى {self.dice.randint(1, 9999)}."[:3000],
            place=sample.place[:120],
            language=sample.language if sample.language in {"ar", "en"} else "ar",
            channel=sample.channel if sample.channel in Channel.values else Channel.WEB,
        )

    def _desk(self, sample: Sample) -> Desk:
        own = self.desks.get(sample.agency)
        if own is not None and self.dice.random() < OWN_AGENCY:
            return own
        return self.dice.choices(self.world.desks, cum_weights=self.weights)[0]


# ---- writing ----


def _write(simulated: Sequence[SimulatedCase]) -> None:
    _insert(Case, (one.case for one in simulated))
    _insert(CaseEvent, (event for one in simulated for event in one.events))
    _insert(Holding, (holding for one in simulated for holding in one.holdings))
    _insert(Clock, (clock for one in simulated for clock in one.clocks))
    words = sorted((row for one in simulated for row in one.words), key=lambda row: row._meta.label)
    for _label, rows in groupby(words, key=lambda row: row._meta.label):
        of_one_kind = list(rows)
        _insert(type(of_one_kind[0]), of_one_kind)
    _move(simulated)


def _insert(model: type[Model], rows: Iterable[Model]) -> None:
    model._default_manager.bulk_create(list(rows), batch_size=BATCH)


def _move(simulated: Sequence[SimulatedCase]) -> None:
    """Lead the cases through their steps, the first of all, then the second of all: a step at a time is allowed."""
    columns = ", ".join(MOVING)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE made_up AS SELECT id, {columns} FROM complaints_case WITH NO DATA")
        with cursor.copy(f"COPY made_up (id, {columns}) FROM STDIN") as copy:
            for one in simulated:
                for step in one.steps[1:]:
                    copy.write_row((one.case.pk, *step))
        for version in range(2, max(len(one.steps) for one in simulated) + 1):
            cursor.execute(
                f"UPDATE complaints_case SET ({columns}) = ROW({', '.join(f'made_up.{name}' for name in MOVING)})"
                " FROM made_up WHERE made_up.id = complaints_case.id AND made_up.version = %s",
                [version],
            )
        cursor.execute("DROP TABLE made_up")


# ---- the world ----


def make_world(*, citizens: int, agencies: Sequence[Agency] = ()) -> World:
    """Make the people of a benchmark in the agencies given, or in all that can be complained about."""
    on = date(2020, 1, 1)
    chosen = list(agencies) or list(Agency.objects.complainable(on=timezone.localdate()).order_by("id"))
    staff = _make_staff([agency.code for agency in chosen] + ["cmu-1", "cmu-2"])
    memberships = [
        Membership(user=staff[f"{agency.code}.{role}"], agency=agency, role=role, starts_on=on)
        for agency in chosen
        for role in (Role.OFFICER, Role.SUPERVISOR)
    ]
    cmu = Agency.objects.filter(code="cmu").first()
    heads = [staff["cmu-1.officer"], staff["cmu-2.officer"]]
    memberships += [Membership(user=user, agency=cmu, role=Role.CMU_STAFF, starts_on=on) for user in heads]
    Membership.objects.bulk_create(memberships)
    desks = [Desk(agency, staff[f"{agency.code}.officer"], staff[f"{agency.code}.supervisor"]) for agency in chosen]
    return World(
        desks=desks,
        citizens=_make_citizens(citizens),
        topics=list(Topic.objects.filter(parent__isnull=False, second_signature=False)),
        cmu=heads[0],
        judge=heads[1],
        calendar=current_calendar(),
    )


def _make_staff(codes: Iterable[str]) -> dict[str, User]:
    users = {
        name: User(login=f"{name}@bench.example", email=f"{name}@bench.example", is_staff=True, password="!")
        for code in codes
        for name in (f"{code}.officer", f"{code}.supervisor")
    }
    User.objects.bulk_create(users.values())
    return users


def _make_citizens(number: int) -> list[Citizen]:
    users = [User(language="ar", password="!") for _ in range(number)]
    for user in users:
        user.login = f"c:{user.pk}"
    User.objects.bulk_create(users, batch_size=BATCH)
    born = datetime(2020, 1, 1, tzinfo=UTC)
    citizens = [
        Citizen(
            user=user,
            number_kind=NumberKind.NATIONAL,
            number=f"97{place:08}",
            first_name=FIRST_NAMES[place % len(FIRST_NAMES)],
            father_name=FIRST_NAMES[place // 7 % len(FIRST_NAMES)],
            family_name=FAMILY_NAMES[place // 3 % len(FAMILY_NAMES)],
            birth_date=date(1960, 1, 1) + timedelta(days=place % 15000),
            phone=f"+96279{place:07}",
            identity=Identity.MATCHED,
            identity_changed_at=born,
            created_at=born,
        )
        for place, user in enumerate(users)
    ]
    return Citizen.objects.bulk_create(citizens, batch_size=BATCH)
