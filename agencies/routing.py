"""Finds the agency that is competent for a topic in a place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from django.db.models import QuerySet

from agencies.models import Agency, Governorate, RoutingRule, Topic
from kit.arabic import strip_prefixes
from kit.compiled_reads import CompiledRead


class Matter(NamedTuple):
    """The topic and the place of a case, as far as they are known."""

    topic: Topic
    governorate: Governorate | None
    place: str = ""


def owner_for(topic: Topic, governorate: Governorate | None, on: date, *, place: str = "") -> Agency | None:
    """Return the agency competent for ``topic`` on a day by the most specific rule, or None when no rule matches.

    A rule for the town named in ``place`` goes before one for the governorate, that before one for the country; among
    these a rule for the topic itself goes before one for its group. A case without an answer belongs to triage. Rules
    for agencies that do not exist on that day are ignored. One query.
    """
    return owners_for([Matter(topic, governorate, place)], on)[0]


def owners_for(matters: Sequence[Matter], on: date) -> list[Agency | None]:
    """Return the competent agency of each matter, as ``owner_for`` does, in one query for all."""
    holding = rules_for(matters, on)
    return [owner_by(holding, matter) for matter in matters]


def rules_for(matters: Sequence[Matter], on: date) -> list[RoutingRule]:
    """Return the rules of a day for the topics of ``matters``, with their agencies, which exist on that day."""
    topics = sorted({key for matter in matters for key in (matter.topic.pk, matter.topic.parent_id) if key})
    names = {f"topic_{place}": topic for place, topic in enumerate(topics)}
    return [rule for rule in _RULES.rows(on=on, **names) if rule.holds(on)]


def _rules(_shape: None, *, on: date, **topics: int) -> QuerySet[RoutingRule]:
    rules = RoutingRule.objects.filter(topic__in=list(topics.values()), agency__in=Agency.objects.existing(on=on))
    return rules.select_related("agency")


_RULES: Final = CompiledRead(_rules, is_prepared=True)


def areas(on: date) -> dict[int, frozenset[int]]:
    """Return the governorates in which agencies are competent, by the rules of a day; only agencies limited to some.

    The governorates of an agency's direct children count for it too. An agency named for the whole country, or by no
    rule, is not limited and not in the result. One query.
    """
    rules = RoutingRule.objects.filter(agency__in=Agency.objects.existing(on=on)).select_related("agency")
    holding = [rule for rule in rules if rule.holds(on)]
    named: dict[int, set[int | None]] = {rule.agency_id: set() for rule in holding}
    for rule in holding:
        for agency in (rule.agency_id, rule.agency.parent_id):
            if agency in named:
                named[agency].add(rule.governorate_id)
    return {
        agency: frozenset(place for place in places if place is not None)
        for agency, places in named.items()
        if None not in places
    }


def owner_by(rules: Sequence[RoutingRule], matter: Matter) -> Agency | None:
    """Return the agency of the most specific of ``rules`` (saved or not) that matches, or None."""
    fitting = (rule for rule in rules if _fits(rule, matter))
    best = max(fitting, key=lambda rule: _precision(rule, matter.topic), default=None)
    return best.agency if best else None


def _fits(rule: RoutingRule, matter: Matter) -> bool:
    governorate = matter.governorate.pk if matter.governorate else None
    return (
        rule.topic_id in {matter.topic.pk, matter.topic.parent_id}
        and rule.governorate_id in {None, governorate}
        and _is_in(rule.place_ar, matter.place)
    )


def _precision(rule: RoutingRule, topic: Topic) -> tuple[bool, bool, bool]:
    return rule.place_ar != "", rule.governorate_id is not None, rule.topic_id == topic.pk


def _is_in(town: str, place: str) -> bool:
    """Tell whether ``place``, as a person typed it, contains the name of ``town`` in any spelling."""
    if not town:
        return True
    return re.search(rf"\b{re.escape(strip_prefixes(town))}\b", strip_prefixes(place)) is not None
