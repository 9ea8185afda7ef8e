"""Quiet agencies on made-up series, with and without a second sign; and agencies that will miss most promises."""

import random
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from agencies.models import Agency
from complaints.models import Case
from complaints.workflow import State
from reports.dashboards import kept
from reports.dashboards.kept import AgencyAtRisk, agencies_at_risk
from reports.dashboards.rises import SPAN, SPANS_BEFORE, Signs, judge, quiet_agencies, received, signs
from tests.cast import NOW
from tests.reports.dashboards.test_rises import poisson

FAIR = Signs(seen_at=NOW - timedelta(days=1))
SILENT = Signs(seen_at=NOW - timedelta(days=40))


def country(dice: random.Random, rates: list[float]) -> dict[int, list[int]]:
    return {key: [poisson(rate, dice) for _ in range(SPANS_BEFORE + 1)] for key, rate in enumerate(rates, start=1)}


def test_few_cases_alone_are_no_sign_and_a_sign_alone_neither() -> None:
    dice = random.Random(3)
    counts = country(dice, [18.0] * 40) | {99: [20, 16, 23, 1]}
    kinds = dict.fromkeys(counts, "municipality")
    assert judge(counts, kinds, dict.fromkeys(counts, FAIR), at=NOW) == []
    (found,) = judge(counts, kinds, dict.fromkeys(counts, SILENT), at=NOW)
    assert (found.agency, found.count, found.earlier) == (99, 1, (20, 16, 23))
    assert found.peers is not None
    assert found.peers[0] <= 18 <= found.peers[1]


def test_an_agency_that_was_always_quiet_is_found_by_its_peers() -> None:
    counts = country(random.Random(8), [25.0] * 12) | {99: [0, 1, 0, 0]}
    kinds = dict.fromkeys(counts, "municipality")
    found = judge(counts, kinds, {}, at=NOW)
    assert [each.agency for each in found] == [99]
    # Nobody is like it: nothing to compare with but its own past.
    assert judge(counts, kinds | {99: "fund"}, {}, at=NOW) == []


def test_agencies_that_are_equally_quiet_or_at_risk_stand_by_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = country(random.Random(8), [25.0] * 12) | {99: [20, 20, 20, 0], 98: [20, 20, 20, 0]}
    found = judge(counts, {key: str(key) for key in counts}, {}, at=NOW)
    assert [each.agency for each in found] == [98, 99]
    due = dict.fromkeys((99, 98), 9)
    monkeypatch.setattr(kept, "_due", lambda **_at: due)
    monkeypatch.setattr(kept, "_by_agency", lambda _period, **_at: due)
    monkeypatch.setattr(kept, "_agency", lambda key, *_figures: AgencyAtRisk(key, 50, None, 9))
    assert [each.agency for each in agencies_at_risk(at=NOW)] == [98, 99]


def test_a_country_in_which_nothing_happens_has_hardly_a_quiet_agency() -> None:
    dice = random.Random(11)
    looks = [country(dice, [1 + 40 * dice.random() ** 3 for _ in range(80)]) for _ in range(20)]
    # Each of another form, so that only the own past is looked at; and each with a second sign.
    named = [judge(counts, {key: str(key) for key in counts}, {}, at=NOW) for counts in looks]
    assert sum(bool(found) for found in named) <= 1


def test_what_is_a_second_sign() -> None:
    speaking = [
        SILENT, Signs(officers=0), Signs(seen_at=None), Signs(refused=2, seen_at=NOW),
        Signs(filed_elsewhere=2, seen_at=NOW),
    ]  # fmt: skip
    assert [known for known in speaking if not known.speak(at=NOW)] == []
    assert not any(known.speak(at=NOW) for known in (FAIR, Signs(refused=1, filed_elsewhere=1, seen_at=NOW)))


@pytest.mark.django_db
def test_cases_are_put_into_their_spans_and_signs_are_read(cases: None, water: Agency, omar: User, gam: Agency) -> None:
    User.objects.filter(pk=omar.pk).update(last_login=NOW - timedelta(days=3))
    counts = received([water.pk, gam.pk], at=NOW)
    for agency, spans in counts.items():
        own = Case.objects.filter(agency=agency)
        expected = [
            own.filter(filed_at__gt=NOW - SPAN * (ago + 1), filed_at__lte=NOW - SPAN * ago).count()
            for ago in reversed(range(SPANS_BEFORE + 1))
        ]
        assert spans == expected
        assert sum(spans) > 0
    assert signs(at=NOW)[water.pk].seen_at == NOW - timedelta(days=3)
    assert isinstance(quiet_agencies(at=NOW), list)


@pytest.mark.django_db
def test_an_agency_is_at_risk_by_what_it_missed_lately_and_what_falls_due(
    cases: None, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(kept, "LEAST_ANSWERS", 1)
    monkeypatch.setattr(kept, "LEAST_MISSED", 0)
    found = agencies_at_risk(at=now)
    due = Case.objects.exclude(state__in=(State.CLOSED, State.WAITING)).filter(
        deadline_at__gte=now, deadline_at__lt=now + timedelta(days=7)
    )
    assert {each.agency: each.due for each in found}.items() <= {
        agency: due.filter(agency=agency).count() for agency in set(due.values_list("agency", flat=True))
    }.items()
    assert found
    assert [each.expected for each in found] == sorted((each.expected for each in found), reverse=True)
    assert AgencyAtRisk(1, 60, None, 10).expected == 4
