"""Which agency goes on with the work of another: what may be planned, and who does the work of an agency today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from agencies.models import Agency, AgencySuccession, Topic
from agencies.reference_changes import Author
from kit.compiled_reads import CompiledRead


class SuccessionRefused(ValueError):
    """A succession that cannot be: ``field`` is the box that is wrong, ``sentence`` says why."""

    def __init__(self, sentence: StrPromise | str, *, field: str) -> None:
        super().__init__(field)
        self.field, self.sentence = field, sentence


def plan(succession: AgencySuccession, *, author: Author) -> AgencySuccession:
    """Store a succession for its day; raises SuccessionRefused. Locks both agencies, so that two plans wait."""
    if author.by is None:
        message = "a succession is planned by somebody"
        raise TypeError(message)
    with transaction.atomic():
        pair = {succession.predecessor_id, succession.successor_id}
        list(Agency.objects.select_for_update(of=("self",)).filter(pk__in=pair).order_by("pk"))
        succession.predecessor.refresh_from_db()
        succession.successor.refresh_from_db()
        check(succession)
        succession.final, succession.planned_by, succession.planned_at = succession.successor, author.by, author.at
        succession.save(force_insert=True)
    return succession


def cancel(key: int, *, author: Author) -> bool:
    """Give up a planned succession; False if it was executed or given up already."""
    return bool(AgencySuccession.objects.planned().filter(pk=key).update(cancelled_at=author.at))


def check(succession: AgencySuccession) -> None:
    """Raise SuccessionRefused if the succession cannot be."""
    old, new, on = succession.predecessor, succession.successor, succession.on
    if old.pk == new.pk:
        raise SuccessionRefused(_("An agency cannot be merged into itself. Choose another agency."), field="successor")
    if old.pk in new.lineage():
        raise SuccessionRefused(
            _("This agency is below the one that is merged. Move it in the tree first."), field="successor"
        )
    if _ends_by(new, on):
        raise SuccessionRefused(_("This agency has ended by that day. Choose another agency."), field="successor")
    if _ends_by(old, on):
        raise SuccessionRefused(_("This agency has ended by that day."), field="predecessor")
    if old.starts_on is not None and old.starts_on >= on:
        raise SuccessionRefused(_("The agency begins on that day or later. Enter a later day."), field="on")
    _check_others(succession)


def _ends_by(agency: Agency, on: date) -> bool:
    return agency.ends_on is not None and agency.ends_on < on


def _check_others(succession: AgencySuccession) -> None:
    standing = list(AgencySuccession.objects.standing())
    own = [each for each in standing if each.predecessor_id == succession.predecessor_id]
    same = (succession.topic_id, succession.governorate_id)
    if any((each.topic_id, each.governorate_id) == same for each in own):
        raise SuccessionRefused(_("A succession for this work is already planned or done."), field="successor")
    if any(each.is_whole and each.on < succession.on for each in own):
        raise SuccessionRefused(_("This agency ends before that day: a merger is planned."), field="predecessor")
    if any(each.is_whole and each.predecessor_id == succession.successor_id for each in standing):
        raise SuccessionRefused(_("This agency is itself merged into another one. Choose that one."), field="successor")
    if _leads_to(succession.successor_id, succession.predecessor_id, standing):
        raise SuccessionRefused(_("Another succession would lead the work back to this agency."), field="successor")


def _leads_to(start: int, target: int, standing: Iterable[AgencySuccession]) -> bool:
    ways: dict[int, set[int]] = defaultdict(set)
    for each in standing:
        ways[each.predecessor_id] |= {each.successor_id, each.final_id}
    reached, waiting = set[int](), {start}
    while waiting:
        found = waiting.pop()
        reached.add(found)
        waiting |= ways[found] - reached
    return target in reached


def last_day(on: date) -> date:
    """Return the last day of an agency whose work another one does from ``on``."""
    return on - timedelta(days=1)


def best(rows: Iterable[AgencySuccession], topic: Topic | None, governorate: int | None) -> AgencySuccession | None:
    """Return the most specific of ``rows`` that covers work on a topic in a governorate, or None."""
    fitting = [each for each in rows if each.covers(topic, governorate)]
    return max(fitting, key=lambda each: _precision(each, topic), default=None)


def _precision(each: AgencySuccession, topic: Topic | None) -> tuple[bool, bool, bool]:
    return each.governorate_id is not None, each.topic_id is not None, topic is not None and each.topic_id == topic.pk


@dataclass(frozen=True)
class Continuity:
    """The agency that does the work of another today, by the executed successions."""

    rows: Mapping[int, tuple[AgencySuccession, ...]]
    topics: Mapping[int, Topic]

    @property
    def parted(self) -> list[int]:
        """The agencies whose work went to several, so that topic and governorate decide."""
        return sorted(key for key, rows in self.rows.items() if not all(each.is_whole for each in rows))

    def agency(self, agency: int | None, topic: int | None, governorate: int | None) -> int | None:
        """Return who does the work of ``agency`` on a topic in a governorate today."""
        subject = self.topics.get(topic) if topic else None
        passed: set[int | None] = set()
        while agency is not None and agency in self.rows and agency not in passed:
            passed.add(agency)
            found = best(self.rows[agency], subject, governorate)
            agency = found.final_id if found else agency
        return agency

    def predecessors(self) -> dict[int, list[int]]:
        """Return by agency those whose work, or a part of it, it does today."""
        found: dict[int, list[int]] = defaultdict(list)
        for key, rows in self.rows.items():
            for each in rows:
                if key not in found[each.final_id]:
                    found[each.final_id].append(key)
        return found


def continuity(*, on: date) -> Continuity:
    """Return who continues whose work on a day: one query, two where the work of an agency went to several."""
    rows: dict[int, tuple[AgencySuccession, ...]] = {}
    for each in _EXECUTED.rows(on=on):
        rows[each.predecessor_id] = (*rows.get(each.predecessor_id, ()), each)
    is_parted = any(not each.is_whole for found in rows.values() for each in found)
    return Continuity(rows, {topic.pk: topic for topic in Topic.objects.all()} if is_parted else {})


def _executed(_shape: None, *, on: date) -> QuerySet[AgencySuccession]:
    return AgencySuccession.objects.executed().filter(on__lte=on).order_by("pk")


_EXECUTED: Final = CompiledRead(_executed, is_prepared=True)


def present_agency(agency: Agency, *, on: date) -> Agency:
    """Return the agency that does the work of ``agency`` on a day; two queries where it was merged, else one or two."""
    found = continuity(on=on).agency(agency.pk, None, None)
    return agency if found in {agency.pk, None} else Agency.objects.get(pk=found)
