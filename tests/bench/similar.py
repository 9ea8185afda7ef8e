"""What finding similar cases and suggesting owners cost among few cases and among many, on one machine in one run."""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from agencies.models import Agency, Governorate
from complaints.engine.history import GENESIS
from complaints.models import Case, Draft
from complaints.simulation.world import World
from complaints.suggestions import owners, similar, suggestion_model
from complaints.suggestions.owners import Proposal, try_rule
from complaints.suggestions.similar import reported_before, similar_to, wording
from complaints.workflow import Holder, Kind, Outcome, State
from tests.bench import progress
from tests.bench.samples import Sample, read_samples
from tests.bench.world import make_world

#: By how much a question may cost more among the many.
GOAL = 3.0
DAYS = 540
PAGE = 25
CITIZENS, PORTION = 2000, 5000
#: The share of cases that are closed.
CLOSED = 0.93

#: What costs the same however many cases there are. The others grow: a search with the cases that share two words with
#: a text, up to those compared letter by letter; a trial with the cases of a month.
REPORTED, ADVICE, TRIAGE, READING = (
    "reported before, check page",
    "suggestion, check page",
    "suggestions, a page of triage",
    "reading the model, once in 15 minutes",
)
BOUNDED = (REPORTED, ADVICE, TRIAGE, READING)

type Question = Callable[[], object]


def main(arguments: list[str]) -> int:
    """Measure, print, and return how many questions cost more than the goal."""
    asked = _parse(arguments)
    progress.say("Preparing the database …")
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    until = timezone.now()
    world = make_world(citizens=CITIZENS)
    _fill(world, range(asked.few), until=until)
    few = _times(_questions(world, at=until), asked.rounds)
    _fill(world, range(asked.few, asked.many), until=until)
    many = _times(_questions(world, at=until), asked.rounds)
    return _print(few, many, asked)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench similar", description=__doc__)
    parser.add_argument("--few", type=int, default=1_000, help="cases at first")
    parser.add_argument("--many", type=int, default=100_000, help="cases in the end")
    parser.add_argument("--rounds", type=int, default=20, help="texts asked about, of which the median counts")
    return parser.parse_args(arguments)


def _fill(world: World, numbers: Sequence[int], *, until: datetime) -> None:
    """Write bare cases, over the days before ``until``: no question reads a history, and its guards sleep meanwhile."""
    dice, samples = Random(numbers[0]), read_samples()
    places = list(Governorate.objects.order_by("pk"))
    progress.say(f"Making up {len(numbers):,} cases …")
    starts = range(0, len(numbers), PORTION)
    for start in progress.follow(starts, "Making up cases", size=PORTION, whole=len(numbers)):
        cases = [
            _case(number, world, dice=dice, samples=samples, places=places, until=until)
            for number in numbers[start : start + PORTION]
        ]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE complaints_case DISABLE TRIGGER USER")
            Case.objects.bulk_create(cases, batch_size=1000)
            cursor.execute("ALTER TABLE complaints_case ENABLE TRIGGER USER")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    suggestion_model.forget()


def _case(
    number: int,
    world: World,
    *,
    dice: Random,
    samples: Sequence[Sample],
    places: Sequence[Governorate],
    until: datetime,
) -> Case:
    """Return a case with the words of one person and a sentence of another, so that no two are the same."""
    one, other = dice.choice(samples), dice.choice(samples)
    filed = until - timedelta(minutes=dice.randint(1, DAYS * 24 * 60))
    is_closed = dice.random() < CLOSED
    return Case(
        reference=f"S{number:09}",
        kind=one.kind,
        citizen=dice.choice(world.citizens),
        agency=dice.choice(world.desks).agency,
        topic=dice.choice(world.topics),
        governorate=dice.choice(places),
        subject=one.subject[:120],
        details=f"{one.details} {dice.choice(other.details.split('.'))} {dice.randint(1, 9999)}"[:3000],
        place=one.place[:120],
        state=State.CLOSED if is_closed else State.REFERRED,
        holder="" if is_closed else Holder.AGENCY,
        outcome=Outcome.SOLVED if is_closed else "",
        closed_at=filed if is_closed else None,
        filed_at=filed,
        limit_from=filed,
        changed_at=filed,
        chain=GENESIS,
    )


def _questions(world: World, *, at: datetime) -> Mapping[str, Sequence[Question]]:
    """Return what is asked, each for many texts."""
    texts = [wording(sample.subject, sample.details) for sample in read_samples()]
    cases = list(Case.objects.exclude(state=State.CLOSED).select_related("governorate").order_by("pk")[: len(texts)])
    drafts = [_draft(world, place, text) for place, text in enumerate(texts)]
    waiting = list(owners.with_reasons(Case.objects.exclude(state=State.CLOSED)).order_by("pk")[:PAGE])
    topic = world.topics[0]
    proposal = Proposal(topic, None, "", Agency.objects.complainable(on=timezone.localdate(at))[0])
    closed = Case.objects.filter(state=State.CLOSED)
    trial = partial(try_rule, proposal, scope=Case.objects.at_desk_of(world.cmu, at=at), at=at)
    return {
        "similar among all closed cases": [partial(similar_to, text, scope=closed) for text in texts],
        "open cases like one, by the worker": [partial(similar.renew, case.pk) for case in cases],
        REPORTED: [partial(reported_before, draft, at=at) for draft in drafts],
        ADVICE: [partial(owners.for_draft, draft, at=at) for draft in drafts],
        TRIAGE: [partial(owners.opened, waiting, at=at)] * len(texts),
        READING: [partial(suggestion_model.read, at=at)] * 5,
        "a rule on trial, last 30 days": [trial] * 5,
    }


def _draft(world: World, place: int, text: str) -> Draft:
    subject, _, details = text.partition("\n")
    return Draft(
        citizen=world.citizens[place],
        kind=Kind.COMPLAINT,
        topic=world.topics[place % len(world.topics)],
        agency_unknown=True,
        subject=subject,
        details=details,
        governorate=Governorate.objects.order_by("pk")[place % 12],
    )


def _times(questions: Mapping[str, Sequence[Question]], rounds: int) -> dict[str, float]:
    followed = {name: progress.follow(asked[:rounds], f"{name}: round") for name, asked in questions.items()}
    return {name: statistics.median(map(_time, asked)) for name, asked in followed.items()}


def _time(question: Question) -> float:
    question()
    began = time.perf_counter()
    question()
    return (time.perf_counter() - began) * 1000


def _print(few: Mapping[str, float], many: Mapping[str, float], asked: argparse.Namespace) -> int:
    write = sys.stdout.write
    write(f"{'milliseconds, median':<46}{asked.few:>10,}{asked.many:>10,}   ratio\n")
    for name, time_few in few.items():
        write(f"{name:<46}{time_few:>10.1f}{many[name]:>10.1f}{many[name] / time_few:>8.1f}\n")
    return sum(many[name] > GOAL * few[name] for name in BOUNDED)
