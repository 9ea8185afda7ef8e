"""Writing before signing in: the draft of a visitor, found by its cookie alone, adopted once, deleted after a day."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import rate_limits
from accounts.models import Citizen
from accounts.rate_limits import HOUR
from agencies.models import Agency, Topic
from complaints.escalation import expiry
from complaints.filing import drafting
from complaints.models import Attachment, Case, Draft
from complaints.portal.filing_steps import COOKIE
from tests.cast import PASSWORD, sign_in
from tests.complaints import DETAILS
from tests.complaints.portal.filing.steps import AGENCY, CHECK, WHAT, draft_of, errors, send, shown, where
from tests.complaints.sample_files import MEGABYTE, PDF, picture, upload
from tests.complaints.threads import be_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(client: Client, outage: Topic, water: Agency) -> Client:
    """A browser that nobody signed in with, in which somebody wrote a complaint up to the last page."""
    client.post(WHAT, {"details": DETAILS})
    client.post(AGENCY, {"agency": water.code})
    client.post(AGENCY, {"agency": water.code, "topic": outage.code})
    return client


@pytest.mark.usefixtures("omar")
def test_a_visitor_writes_signs_in_to_send_and_one_case_exists(visitor: Client, amina: Citizen) -> None:
    held = Draft.objects.get()
    page = visitor.get(CHECK)
    assert (page.status_code, held.citizen, DETAILS in page.content.decode()) == (200, None, True)
    here = f"{CHECK}?draft={held.pk}"
    assert [f"{reverse(name)}?next=" in page.content.decode() for name in ("sign-in", "register")] == [True, True]
    assert (where(visitor.post(CHECK, {"draft": held.pk})), Case.objects.count()) == (CHECK, 0)
    sent = visitor.post("/ar/sign-in/", {"number": amina.number, "password": PASSWORD, "next": here})
    assert sent.url == here
    assert visitor.get(sent.url).status_code == 200
    held.refresh_from_db()
    assert (held.citizen, held.visitor) == (amina, "")
    receipts = {send(visitor, held).url for _ in range(2)}
    assert (len(receipts), Case.objects.get().citizen, Draft.objects.count()) == (1, amina, 0)


def test_nobody_else_finds_a_visitors_draft(visitor: Client, as_karim: Client) -> None:
    held = Draft.objects.get()
    thief = Client()
    thief.cookies[COOKIE] = visitor.cookies[COOKIE].value[:-1] + "x"
    empty = Client()
    empty.cookies[COOKIE] = ""
    for browser in (thief, empty, Client(), as_karim):
        for url in (WHAT, AGENCY, CHECK, "/ar/new/complaint/"):
            assert DETAILS not in shown(browser.get(url, {"draft": held.pk})).content.decode()
        browser.post("/ar/new/complaint/restart/", {"draft": held.pk})
    held.refresh_from_db()
    assert (held.citizen, Draft.objects.count()) == (None, 1)
    cookie = visitor.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 24 * 3600)
    assert held.visitor not in cookie.value


def test_whoever_signs_in_later_on_the_same_phone_gets_no_draft_unasked(visitor: Client, karim: Citizen) -> None:
    sign_in(visitor, karim)
    assert [DETAILS in visitor.get(url).content.decode() for url in ("/ar/", WHAT, "/ar/new/complaint/")] == [False] * 3
    assert Draft.objects.get().citizen is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_adopt_a_draft_at_once_one_gets_it(visitor: Client, amina: Citizen, karim: Citizen) -> None:
    held, cookie = Draft.objects.get(), visitor.cookies[COOKIE].value
    ready, found = threading.Barrier(2), []

    def adopt(citizen: Citizen) -> None:
        be_patient()
        browser = sign_in(Client(), citizen)
        browser.cookies[COOKIE] = cookie
        ready.wait(timeout=60)
        found.append(DETAILS in shown(browser.get(CHECK, {"draft": held.pk})).content.decode())
        connection.close()

    threads = [threading.Thread(target=adopt, args=[citizen]) for citizen in (amina, karim)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    held.refresh_from_db()
    assert (sorted(found), held.citizen in {amina, karim}, Draft.objects.count()) == ([False, True], True, 1)


def test_after_a_day_the_draft_is_gone_also_before_it_is_deleted(visitor: Client, amina: Citizen, draft: Draft) -> None:
    at = timezone.now()
    visitors = Draft.objects.filter(citizen=None)
    held = visitors.get()
    draft.updated_at = at
    draft.save(update_fields=["updated_at"])
    visitors.update(updated_at=at - timedelta(hours=24, seconds=1))
    assert DETAILS not in visitor.get(WHAT, {"draft": held.pk}).content.decode()
    sign_in(visitor, amina)
    assert where(visitor.get(CHECK, {"draft": held.pk})) == WHAT
    assert (expiry.discard_drafts(at=at), list(Draft.objects.all())) == (1, [draft])
    week = at + timedelta(days=7)
    assert [expiry.discard_drafts(at=week + timedelta(seconds=seconds)) for seconds in (-1, 1)] == [0, 1]


def test_a_browser_a_network_and_a_draft_have_their_measure(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = [f"00000000-0000-4000-8000-{number:012}" for number in range(drafting.MOST_OF_A_VISITOR + 1)]
    last = [client.post(WHAT, {"draft": token, "details": "أول ما كتبته"}) for token in tokens][-1]
    assert (last.status_code, Draft.objects.count()) == (429, drafting.MOST_OF_A_VISITOR)
    assert "أول ما كتبته" in last.content.decode()
    monkeypatch.setattr(drafting, "DRAFTS_PER_NETWORK", rate_limits.RateLimit("draft_network", 4, HOUR))
    answers = [Client(REMOTE_ADDR="127.0.0.9").post(WHAT, {"details": DETAILS}).status_code for _ in range(2)]
    assert answers == [302, 429]
    assert Client(REMOTE_ADDR="10.1.1.1").post(WHAT, {"details": DETAILS}).status_code == 302


def test_the_files_of_a_visitor_take_ten_megabytes(
    client: Client, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    first = client.post(WHAT, {"details": DETAILS, "attachments": [upload("a.pdf", PDF)]})
    assert (where(first), drafting.MOST_BYTES_OF_A_VISITOR) == (AGENCY, 10 * MEGABYTE)
    monkeypatch.setattr(drafting, "MOST_BYTES_OF_A_VISITOR", Attachment.objects.get().size + 1)
    more = {"draft": draft_of(first), "details": DETAILS, "attachments": [upload("b.jpg", picture())]}
    second = client.post(WHAT, more)
    assert (list(errors(second)), Attachment.objects.count()) == (["attachments"], 1)


def test_the_database_refuses_a_draft_of_nobody_and_of_two_and_a_place_abroad(amina: Citizen, now: datetime) -> None:
    wrong: tuple[dict[str, object], ...] = (
        {},
        {"citizen": amina, "visitor": "x"},
        {"citizen": amina, "latitude": 48.2, "longitude": 16.4},
    )
    for values in (*wrong, {"citizen": amina, "latitude": 31.9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Draft.objects.create(kind="complaint", updated_at=now, **values)


def test_a_sent_draft_is_not_filed_again_by_a_tab_that_was_left_open(
    as_amina: Client, draft: Draft, omar: object
) -> None:
    send(as_amina, draft)
    left = as_amina.post(WHAT, {"draft": draft.pk, "details": "كتبتها في التبويب الذي بقي"})
    assert draft_of(left) != str(draft.pk)
    assert (Draft.objects.get().details, Case.objects.count()) == ("كتبتها في التبويب الذي بقي", 1)


def test_browsers_that_drop_their_cookie_are_counted_by_their_network(
    water: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is opened, which costs the service time: without this a new browser could always send ten more."""
    most = rate_limits.RateLimit("upload_files_network", 1, HOUR)
    monkeypatch.setattr(rate_limits, "VISITORS_FILES_PER_NETWORK", most)
    first, second = (
        Client().post(WHAT, {"details": DETAILS, "keep": "1", "attachments": [upload("a.jpg", picture())]})
        for _ in range(2)
    )
    assert "attachments" not in errors(first)
    assert "المسموح به في ساعة واحدة" in errors(second)["attachments"][0]


def test_signing_out_forgets_the_drafts_of_the_browser(visitor: Client, amina: Citizen) -> None:
    sign_in(visitor, amina)
    assert visitor.cookies[COOKIE].value
    visitor.post(reverse("sign-out"))
    assert visitor.cookies[COOKIE].value == ""
