"""The pages of the index: from draft to publication, an agency's reply, the rules, and who finds what."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta

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
from reports.commitment import frozen
from reports.models import IndexEdition, IndexReply, IndexRule
from tests.cast import NOW, make_staff, sign_in

pytestmark = pytest.mark.django_db

REPLY = "عشرة طلبات عن عطل واحد"
DRAFT = {"first": "1/11/2025", "last": "31/12/2025", "reply_until": "10/1/2026"}
RULE = {
    **dict.fromkeys(("decides", "answers", "substance", "objections", "bounces", "extensions"), "10"),
    "confirmed": "40",
    "medium_from": "20",
    "large_from": "100",
    "strength": "10",
    "starts_on": "4/1/2026",
    "because": "نشدد على ما يقوله الناس",
}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"), time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.usefixtures("cases")
def test_a_draft_is_replied_to_and_published(
    client: Client, adel: User, lina: User, nadia: User, omar: User, yusuf: User, cmu: Agency
) -> None:
    office = make_staff("pm@pm.example", "ريم", "Reem", "+962790100031", cmu, Role.PM_OFFICE)
    edition = drafted(sign_in(client, adel))
    # Too early to publish; nobody else may.
    client.post(reverse("commitment-publish", args=[edition.pk]))
    assert IndexEdition.objects.get().published_at is None
    sign_in(client, lina)
    for name in ("commitment-publish", "commitment-recount"):
        assert client.post(reverse(name, args=[edition.pk])).status_code == 404
    own = reverse("commitment-agency", args=[edition.pk, "miyahuna"])
    read_and_replied_to(client, edition, own, officer=omar, supervisor=nadia)
    for stranger in (yusuf, office):
        assert sign_in(client, stranger).get(own).status_code == 404
    answered(sign_in(client, adel), own)
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        sign_in(client, adel)
        client.post(reverse("commitment-publish", args=[edition.pk]))
        assert IndexEdition.objects.get().published_by == adel
        assert client.post(own, {"text": "نعدل جوابنا بعد النشر"}).status_code == 404
        assert REPLY in page(sign_in(client, office), "commitment-agency", edition.pk, "miyahuna")
        with translation.override("ar"):
            assert "مؤشر الالتزام" in page(client, "commitment-edition", edition.pk)
        # The same statements for one agency as for three.
        before = len(statements(client, edition))
        IndexEdition.objects.create(
            first="2025-09-01", last="2025-10-31", counts=edition.counts | {"agencies": edition.counts["agencies"][:1]},
            as_of=NOW, counted_at=NOW, reply_until="2025-11-05", published_at=NOW, published_by=adel,
        )  # fmt: skip
        other = IndexEdition.objects.get(first="2025-09-01")
        assert len(statements(client, other)) <= before


def drafted(client: Client) -> IndexEdition:
    """Draft an index as the head, after days that do not fit, and read it."""
    for wrong, said in (
        ({"last": "4/1/2026"}, "This day is not over yet. Enter an earlier day."),
        ({"reply_until": "4/1/2026"}, "Choose a day after"),
    ):
        assert said in client.post(reverse("commitment"), DRAFT | wrong).content.decode()
    made = client.post(reverse("commitment"), DRAFT)
    edition = IndexEdition.objects.get()
    assert made.headers["Location"] == reverse("commitment-edition", args=[edition.pk])
    assert "There is already an index of these days" in client.post(reverse("commitment"), DRAFT).content.decode()
    row = next(row for row in frozen.indices(edition.counts) if row.agency == "miyahuna")
    assert f"{row.low} to {row.high}" in page(client, "commitment-edition", edition.pk)
    return edition


def read_and_replied_to(client: Client, edition: IndexEdition, own: str, *, officer: User, supervisor: User) -> None:
    """Read the page ``own`` of the agency as its officer, with the cases of each count, and reply as its supervisor."""
    sign_in(client, officer)
    assert client.post(own, {"text": REPLY}).status_code == 404
    own_page = page(client, "commitment-agency", edition.pk, "miyahuna")
    row = next(row for row in frozen.indices(edition.counts) if row.agency == "miyahuna")
    assert str(row.added) in own_page
    links = [html.unescape(link) for link in re.findall(r'href="([^"]*list=[^"]*)"', own_page)]
    assert len(links) >= 3
    assert client.get(links[0]).status_code == 200
    sign_in(client, supervisor)
    assert own in page(client, "commitment")
    assert client.post(own, {"text": "لا"}).status_code == 200
    assert client.post(own, {"text": REPLY}).status_code == 302


def answered(client: Client, own: str) -> None:
    """Answer the reply as the head, who has read it as it is now."""
    seen = {"text": "ذكرنا ذلك في التقرير", "read": IndexReply.objects.get().at.isoformat()}
    assert seen["read"] in client.get(own).content.decode()
    overtaken = client.post(own, seen | {"read": "2026-01-01T00:00:00+00:00"})
    assert (overtaken.status_code, seen["text"] in overtaken.content.decode()) == (409, True)
    assert client.post(own, seen).status_code == 302
    said = IndexReply.objects.get()
    assert (said.text, said.answer) == (REPLY, seen["text"])


def statements(client: Client, edition: IndexEdition) -> list[object]:
    with CaptureQueriesContext(connection) as captured:
        page(client, "commitment-edition", edition.pk)
    return list(captured)


def test_a_rule_is_set_by_the_head_and_weights_must_sum(
    client: Client, adel: User, lina: User, nadia: User, amina: Citizen
) -> None:
    url = reverse("commitment-rules")
    assert sign_in(client, nadia).get(url).status_code == 404
    assert sign_in(client, amina).get(url).status_code == 404
    sign_in(client, lina)
    assert client.post(url, RULE).status_code == 404
    assert ">25%<" in page(client, "commitment-rules")
    sign_in(client, adel)
    refused = client.post(url, RULE | {"confirmed": "37"}).content.decode()
    assert "The weights add up to 97. They must add up to 100." in refused
    assert 'value="37"' in refused
    assert "must be larger" in client.post(url, RULE | {"large_from": "20"}).content.decode()
    assert "from today at the earliest" in client.post(url, RULE | {"starts_on": "3/1/2026"}).content.decode()
    assert IndexRule.objects.count() == 0
    assert client.post(url, RULE).status_code == 302
    assert IndexRule.objects.get().confirmed == 40
    assert "نشدد على ما يقوله الناس" in page(client, "commitment-rules")
