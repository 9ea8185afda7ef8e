"""The pages of the audit: blind scoring from draw to verdict, what is refused, and who finds nothing here."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import Answer
from reports.audits import scoring
from reports.models import AuditItem, AuditRound, AuditSample, AuditScore
from tests.cast import NOW, make_staff, sign_in
from tests.reports.audits.conftest import POINTS, once, twice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def form(**changes: str) -> dict[str, str]:
    return dict.fromkeys(POINTS, "1") | {"verdict": "hollow", "remark": ""} | changes


def key_of(html: str) -> str:
    return html.partition('name="form_key" value="')[2].partition('"')[0]


def test_the_head_draws_and_a_bad_period_is_refused(client: Client, answers: Sequence[Answer], adel: User) -> None:
    sign_in(client, adel)
    with translation.override("en"):
        url = reverse("audits")
        typed = {"first": "1/11/2025", "last": "31/12/2025", "size": "5000", "second_percent": "20"}
        page = client.post(url, typed).content.decode()
        assert "Enter a whole number from 1 to 500" in page
        assert 'value="5000"' in page
        future = client.post(url, typed | {"size": "400", "last": "4/1/2026"}).content.decode()
        assert "This day is not over yet. Enter an earlier day." in future
        empty = client.post(url, typed | {"size": "4", "first": "1/2/2020", "last": "2/2/2020"}).content.decode()
        assert "No answer was given on these days" in empty
        drawn = client.post(url, typed | {"size": "400"}, follow=True).content.decode()
        assert drawn.count("(all)") == len({answer.agency_id for answer in answers})
        again = client.post(url, typed | {"size": "4"}).content.decode()
    assert "Some of these days already belong to a round" in again
    assert AuditRound.objects.count() == 1


def test_an_answer_is_scored_blind_and_the_next_one_follows(client: Client, drawn: AuditRound, lina: User) -> None:
    sign_in(client, lina)
    with translation.override("en"):
        answer: Any = client.get(reverse("audit-next", args=[drawn.pk]), follow=True)
        item = AuditItem.objects.get(pk=answer.resolver_match.kwargs["item"])
        page = answer.content.decode()
        assert item.sample.agency.name_en not in page
        assert item.answer is not None
        assert item.answer.case.reference not in page
        assert item.answer.case.topic is None or item.answer.case.topic.name not in page
        url = reverse("audit-item", args=[item.pk])
        unfinished = client.post(url, form(verdict="", remark="غامض"))
        assert "Choose the verdict" in unfinished.content.decode()
        assert "غامض" in unfinished.content.decode()
        stored = client.post(url, form())
        assert stored.headers["Location"] == reverse("audit-next", args=[drawn.pk])
    assert AuditScore.objects.get().scorer == lina
    with translation.override("en"):
        opened = client.get(url, follow=True).content.decode()
    assert "That answer no longer waits for your score." in opened
    # Somebody sends the form of a page that is out of date.
    late = client.post(url, form(verdict="genuine"), follow=True)
    assert "scored in the meantime" in late.content.decode() or "قُيّم" in late.content.decode()
    assert AuditScore.objects.get().verdict == "hollow"


def test_a_difference_is_settled_by_a_third(
    client: Client, drawn: AuditRound, lina: User, rami: User, adel: User
) -> None:
    item = twice(drawn)
    scoring.score(item.pk, POINTS, verdict="genuine", by=lina, at=NOW)
    scoring.score(item.pk, POINTS, verdict="hollow", by=rami, at=NOW)
    url = reverse("audit-settle", args=[item.pk])
    assert sign_in(client, lina).get(url).status_code == 404
    assert client.post(url, {"verdict": "hollow", "because": "لا يقول ما جرى"}).status_code == 404
    sign_in(client, adel)
    assert url in client.get(reverse("audit-disputes")).content.decode()
    assert item.sample.agency.name_ar not in client.get(url).content.decode()
    assert client.post(url, {"verdict": "hollow", "because": "لا"}).status_code == 200
    assert client.post(url, {"verdict": "hollow", "because": "لا يقول ما جرى ولا متى"}).status_code == 302
    assert AuditItem.objects.get(pk=item.pk).verdict == "hollow"
    assert client.get(url).status_code == 404


def test_whoever_comes_second_keeps_the_words_of_a_score_and_of_a_verdict(
    drawn: AuditRound, lina: User, rami: User, adel: User, cmu: Agency
) -> None:
    sana = make_staff("sana@cmu.example", "سناء عودة", "Sana Odeh", "+962790100022", cmu, Role.CMU_STAFF)
    item = twice(drawn)
    scorer, settler = sign_in(Client(), lina), sign_in(Client(), adel)
    with translation.override("en"):
        score_url, settle_url = reverse("audit-item", args=[item.pk]), reverse("audit-settle", args=[item.pk])
        score_key = key_of(scorer.get(score_url).content.decode())
        scoring.score(item.pk, POINTS, verdict="genuine", by=lina, at=NOW)
        scoring.score(item.pk, POINTS, verdict="hollow", by=rami, at=NOW)
        late = scorer.post(score_url, form(remark="لا يقول متى", form_key=score_key), follow=True).content.decode()
        settle_key = key_of(settler.get(settle_url).content.decode())
        scoring.settle(item.pk, verdict="hollow", because="لا يقول ما جرى ولا متى", by=sana, at=NOW)
        typed = {"verdict": "genuine", "form_key": settle_key}
        told = settler.post(settle_url, typed | {"because": "يقول ما جرى كله"}, follow=True).content.decode()
    assert ("That answer was scored in the meantime" in late, "لا يقول متى" in late) == (True, True)
    assert ("Someone has settled this answer" in told, "يقول ما جرى كله" in told) == (True, True)
    assert AuditItem.objects.get(pk=item.pk).verdict == "hollow"


def statements(client: Client, name: str, *args: int, **query: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(name, args=args), query).status_code == 200
    return len(captured)


def test_results_and_challenged_answers_have_their_pages(
    client: Client, drawn: AuditRound, lina: User, adel: User
) -> None:
    scoring.score(once(drawn).pk, POINTS, verdict="hollow", by=lina, at=NOW)
    marked = list(Answer.objects.exclude(challenge="").select_related("case"))
    days = {"first": "1/11/2025", "last": "31/12/2025"}
    sign_in(client, lina)
    with translation.override("en"):
        url = reverse("audit-round", args=[drawn.pk])
        assert "Found hollow" not in client.get(url).content.decode()
        listed = client.get(reverse("challenged-answers"), days).content.decode()
        assert all(reverse("desk-case", args=[answer.case.reference]) in listed for answer in marked)
        assert (listed.count("كتبنا ما نعرفه"), ">Audit<" in listed) == (2, False)
        bad = client.get(reverse("challenged-answers"), {"first": "3/12/2025", "last": "1/12/2025"})
        assert "The last day cannot be before the first." in bad.content.decode()
        page = sign_in(client, adel).get(url).content.decode()
        assert ">Audit<" in client.get(reverse("challenged-answers"), days).content.decode()
    assert "Found hollow" in page
    assert "1 of 1" in " ".join(page.split())
    # The same number of statements for one row and for several.
    before = statements(client, "audit-round", drawn.pk), statements(client, "challenged-answers", **days)
    AuditSample.objects.exclude(items__verdict="hollow").delete()
    Answer.objects.filter(pk=marked[0].pk).update(challenge="", sent_because="")
    assert (statements(client, "audit-round", drawn.pk), statements(client, "challenged-answers", **days)) == before


def test_strangers_find_nothing(
    client: Client, drawn: AuditRound, amina: Citizen, omar: User, adel: User, cmu: Agency, lina: User
) -> None:
    office = make_staff("pm@pm.example", "ريم", "Reem", "+962790100031", cmu, Role.PM_OFFICE)
    addresses = [
        reverse("audits"),
        reverse("audit-round", args=[drawn.pk]),
        reverse("audit-next", args=[drawn.pk]),
        reverse("audit-item", args=[once(drawn).pk]),
        reverse("audit-disputes"),
        reverse("challenged-answers"),
        reverse("audit-test-set"),
    ]
    for person in (omar, office, amina):
        sign_in(client, person)
        assert [client.get(url).status_code for url in addresses] == [404] * len(addresses)
    sign_in(client, lina)
    assert client.get(reverse("audit-test-set")).status_code == 404
    assert client.post(reverse("audits"), {"first": "1/11/2025"}).status_code == 404
    assert sign_in(client, adel).get(reverse("audit-test-set")).status_code == 200
