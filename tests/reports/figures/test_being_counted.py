"""Until figures are kept, a country is not counted while somebody waits: pages say how far the worker is."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from accounts.roles import Role
from agencies.models import Agency
from complaints.case_text.answers import cause_name
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports import tasks
from reports.dashboards import kept as lists
from reports.drill import lists as links
from reports.drill.counted import cause_rows
from reports.figures import kept, reading
from reports.figures.reading import FiguresBeingCounted, accepted_objections, read, upheld_causes
from reports.figures.sums import Dimension, Scope
from reports.models import FigureState, KeptList, KeptListName
from reports.periods import ReportPeriod
from tests.cast import make_staff, sign_in


def test_pages_say_so_and_workers_wait(
    world: World, at_the_cmu: Client, cmu: Agency, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(40, world=world, seed=11, since=now - timedelta(days=90), until=now)
    december = ReportPeriod(date(2025, 12, 1), date(2025, 12, 31))
    monkeypatch.setattr(kept, "BATCH", 20)
    monkeypatch.setattr(reading, "MOST_COUNTED", 39)
    assert kept._build_entries(now, kept.nobody)
    with pytest.raises(FiguresBeingCounted) as counted:
        read(december, at=now)
    assert 0 < counted.value.done < counted.value.whole
    names = (("reports", ()), ("pm-dashboard", ()), ("agency-dashboard", ("miyahuna",)))
    for language, said in (("ar", "احتُسب حتى الآن"), ("en", "of the cases are counted.")):
        with translation.override(language):
            for name, args in names:
                page = at_the_cmu.get(reverse(name, args=args))
                assert (page.status_code, page["Refresh"], said in page.content.decode()) == (200, "30", True)
    address = f"{reverse('directive-new')}?measure=received&first=2025-12-01&last=2025-12-31"
    office = make_staff("asma@pm.example", "أسماء الفايز", "Asma Fayez", "+962790100011", cmu, Role.PM_OFFICE)
    issuer = sign_in(Client(), office)
    typed = {"text": "Repair the burst mains of Tabarbour first."}
    with time_machine.travel(now, tick=False):
        assert issuer.post(address, typed)["Refresh"] == "30"
        assert issuer.get(reverse("directive-new")).context["form"]["text"].value() == typed["text"]
    assert (tasks.write_drafts(), tasks.circulate()) == (0, 0)
    lists.make_all(at=now)
    assert set(KeptListName) - set(KeptList.objects.values_list("name", flat=True)) == {KeptListName.AT_RISK}
    kept.refresh(at=now)
    assert FigureState.objects.get().as_of == now
    assert read(december, at=now).total.amount("received") > 0


def test_few_cases_are_counted_at_once(world: World, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(3, world=world, seed=11, since=now - timedelta(days=20), until=now)
    monkeypatch.setattr(reading, "MOST_COUNTED", 3)
    assert read(ReportPeriod(date(2025, 11, 1), now.date()), at=now).total.amount("received") == 3


def test_causes_of_accepted_objections_add_up_to_the_figure(world: World, now: datetime) -> None:
    generate(240, world=world, seed=8, since=now - timedelta(days=150), until=now)
    days = ReportPeriod((now - timedelta(days=150)).date(), now.date())
    found = read(days, by=[Dimension.AGENCY], at=now)
    causes = upheld_causes(days, at=now)
    assert sum(cause.number for cause in causes) == found.total.amount("upheld") > 0
    for (agency,), figures in found.rows.items():
        own = upheld_causes(days, at=now, scope=Scope(agencies=frozenset({agency})))
        assert sum(cause.number for cause in own) == figures.amount("upheld")


def test_each_cause_opens_as_many_cases(world: World, at_the_cmu: Client, now: datetime) -> None:
    """As they are counted from the history and as they are kept, of all agencies and of one, on its page too."""
    generate(240, world=world, seed=8, since=now - timedelta(days=150), until=now)
    days = ReportPeriod((now - timedelta(days=150)).date(), now.date())
    found = read(days, by=[Dimension.AGENCY], at=now).rows
    (busiest,) = max(found, key=lambda row: found[row].amount("upheld"))
    query = {"first": f"{days.first:%d/%m/%Y}", "last": f"{days.last:%d/%m/%Y}"}
    for keep in (lambda: None, lambda: kept.refresh(at=now)):
        keep()
        with time_machine.travel(now, tick=False):
            page = at_the_cmu.get(reverse("reports"), query).content.decode()
            for agencies in (None, frozenset({busiest})):
                causes = cause_rows(days, Scope(agencies=agencies), at=now)
                opened = {cause.name: len(at_the_cmu.get(cause.cases).context["rows"]) for cause in causes}
                # A case whose objections were accepted twice for the same cause is listed once.
                accepted = accepted_objections(days.starts_at, now, agencies).values_list("cause")
                cases = {cause_name(code): number for code, number in accepted.annotate(Count("case", distinct=True))}
                assert opened == cases != {}
            shown = [cause.cases.partition("?")[2] for cause in cause_rows(days, Scope(), at=now)]
            assert [address for address in shown if escape(address) not in page] == []
            other_list = links.cause_url("other", days).replace("objections_upheld", "received")
            assert at_the_cmu.get(other_list).status_code == 404
