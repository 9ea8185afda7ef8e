"""Whether competence was decided and answers were given in time, and how long both took."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext

from reports.documents.tree import Section
from reports.periodic import phrases, sentences
from reports.periodic.facts import Facts


def section(facts: Facts) -> Section | None:
    """Return the section, None if nothing was due in the period."""
    said = (_decided_on_time(facts), answered_on_time(facts), _days_to_decide(facts), _days_to_answer(facts))
    paragraphs = tuple(filter(None, said))
    if not paragraphs:
        return None
    return Section(key="timeliness", heading=gettext("In time"), paragraphs=paragraphs)


def answered_on_time(facts: Facts) -> str:
    """Say which share of the answers was given in time, against the same period of the year before."""
    return sentences.share_against(
        gettext("Answered in time: %(percent)s"),
        _value(facts, "answered_on_time"),
        _before(facts, "answered_on_time"),
        within=facts.year_before.within,
    )


def _decided_on_time(facts: Facts) -> str:
    return sentences.share_against(
        gettext("Responsibility decided in time: %(percent)s"),
        _value(facts, "decided_on_time"),
        _before(facts, "decided_on_time"),
        within=facts.year_before.within,
    )


def _days_to_decide(facts: Facts) -> str:
    sentence = gettext(
        "Until responsibility was decided: half of the cases within %(middle)s, nine of ten within %(most)s."
    )
    return _days(sentence, facts, "days_to_decide")


def _days_to_answer(facts: Facts) -> str:
    sentence = gettext("Until the answer: half of the cases within %(middle)s, nine of ten within %(most)s.")
    return _days(sentence, facts, "days_to_answer")


def _days(sentence: str, facts: Facts, measure: str) -> str:
    middle, most = facts.total.value(f"{measure}_median"), facts.total.value(f"{measure}_p90")
    if middle is None or most is None:
        return ""
    return sentence % {"middle": phrases.days(int(middle)), "most": phrases.days(int(most))}


def _value(facts: Facts, measure: str) -> Decimal | None:
    found = facts.total.value(measure)
    return None if found is None else Decimal(found)


def _before(facts: Facts, measure: str) -> Decimal | None:
    found = facts.year_before.figures.value(measure)
    return None if found is None else Decimal(found)
