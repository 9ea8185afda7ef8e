"""The pages that keep what is typed: of citizens and of staff, while it can be sent and when it no longer can."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints import unsent_forms
from complaints.actions import add, ask, close, decline
from complaints.models import Case, UnsentForm
from tests.complaints import DONE, FOUND
from tests.complaints.pages import Clock, Desk, address, sent

pytestmark = pytest.mark.usefixtures("clock", "english", "media")

MORE = "The water was off again <b>this</b> evening."


def key_of(html: str) -> str:
    return html.partition('name="form_key" value="')[2].partition('"')[0]


def save(client: Client, url: str, **typed: object) -> dict[str, object]:
    return client.post(url, {"unsent": "save", **typed}).json()


def test_a_citizen_finds_what_was_typed_again_in_the_form_and_in_the_list_until_it_is_sent(
    as_amina: Client, accepted: Case, clock: Clock
) -> None:
    url = address("case-add", accepted)
    key = key_of(as_amina.get(url).content.decode())
    assert save(as_amina, url, form_key=key, text=MORE) == {"kept": True, "why": ""}
    clock.pass_(minutes=20)
    page = as_amina.get(url)
    assert page.context["form"]["text"].value() == MORE
    assert "What you wrote here and did not send is back" in page.content.decode()
    listed = as_amina.get(reverse("cases")).content.decode()
    assert "&lt;b&gt;this&lt;/b&gt;" in listed
    assert listed.count("kept until") == 1
    assert as_amina.post(url, {"form_key": key_of(page.content.decode()), "text": MORE}).url == address(
        "case", accepted
    )
    assert (UnsentForm.objects.count(), "kept until" in as_amina.get(reverse("cases")).content.decode()) == (0, False)


def test_an_answer_with_errors_keeps_what_was_typed(as_amina: Client, closed: Case) -> None:
    url = address("case-object", closed)
    assert as_amina.post(url, {"text": "Too short"}).status_code == 200
    assert as_amina.get(url).context["form"]["text"].value() == "Too short"
    assert (
        as_amina.get(address("case-object", closed).replace("/en/", "/ar/")).context["form"]["text"].value()
        == "Too short"
    )


def test_the_same_page_sent_again_does_nothing_a_second_time(as_amina: Client, accepted: Case) -> None:
    url = address("case-add", accepted)
    typed = {"form_key": key_of(as_amina.get(url).content.decode()), "text": MORE}
    pages = [as_amina.post(url, typed, follow=True) for _ in range(3)]
    assert accepted.additions.count() == 1
    assert [str(message) for message in pages[2].context["messages"]] == [
        "This was already sent. It was not sent a second time."
    ]
    assert save(as_amina, url, **typed) == {"kept": False, "why": "sent"}


def test_the_older_of_two_tabs_is_told_and_may_still_send(as_amina: Client, accepted: Case, clock: Clock) -> None:
    url = address("case-add", accepted)
    old = key_of(as_amina.get(url).content.decode())
    clock.pass_(minutes=1)
    new = key_of(as_amina.get(url).content.decode())
    assert save(as_amina, url, form_key=new, text="From the second tab.")["kept"]
    assert save(as_amina, url, form_key=old, text="From the first tab.") == {"kept": False, "why": "older"}
    assert as_amina.get(url).context["form"]["text"].value() == "From the second tab."
    assert as_amina.post(url, {"form_key": old, "text": "From the first tab."}).status_code == 302
    assert accepted.additions.get().text == "From the first tab."


def test_words_about_a_case_closed_meanwhile_are_read_a_last_time(
    as_amina: Client, as_karim: Client, desk: Desk, amina: Citizen, accepted: Case, omar: User, clock: Clock
) -> None:
    url = address("case-add", accepted)
    save(as_amina, url, text=MORE)
    close(accepted, by=omar, at=clock.at, outcome="solved", found=FOUND, done=DONE)
    words = as_amina.get(url, follow=True)
    html = words.content.decode()
    assert words.redirect_chain[0][0] == reverse("unsent-form", kwargs={"pk": UnsentForm.objects.get().pk})
    assert ("This can no longer be sent" in html, "&lt;b&gt;this&lt;/b&gt;" in html) == (True, True)
    assert "kept until" not in as_amina.get(reverse("cases")).content.decode()
    assert as_amina.get(url).url == address("case", accepted)
    assert as_karim.get(words.redirect_chain[0][0]).status_code == 404
    clock.pass_(minutes=61)
    assert desk(amina).get(words.redirect_chain[0][0]).status_code == 404


def test_to_begin_again_deletes_the_words_and_opens_the_empty_form(as_amina: Client, accepted: Case) -> None:
    url = address("case-add", accepted)
    save(as_amina, url, text=MORE)
    words = reverse("unsent-form", kwargs={"pk": UnsentForm.objects.get().pk})
    assert MORE.partition("<")[0] in as_amina.get(words).content.decode()
    assert as_amina.post(words).url == url
    assert (as_amina.get(url).context["form"]["text"].value(), UnsentForm.objects.count()) == (None, 0)


def test_a_stranger_keeps_nothing_about_a_case_and_nobody_a_secret(
    as_karim: Client, as_amina: Client, accepted: Case
) -> None:
    url = address("case-add", accepted)
    assert as_karim.post(url, {"unsent": "save", "text": MORE}).status_code == 404
    save(as_amina, url, text=MORE, password="hunter2", csrfmiddlewaretoken="x" * 64)
    found = unsent_forms.listed(UnsentForm.objects.get().user, at=UnsentForm.objects.get().saved_at)
    assert found[0].fields == [("text", MORE)]


# ---- staff ----


def test_an_officer_finds_an_answer_again_with_what_was_chosen(
    desk: Desk, accepted: Case, omar: User, nadia: User
) -> None:
    url, typed = address("desk-close", accepted), {"outcome": "partly", "found": FOUND, "done": ""}
    assert save(desk(omar), url, version=accepted.version, **typed)["kept"]
    form = desk(omar).get(url).context["form"]
    assert [form[name].value() for name in typed] == ["partly", FOUND, ""]
    assert FOUND[:40] in desk(omar).get(reverse("queue")).content.decode()
    assert FOUND[:40] not in desk(nadia).get(reverse("queue")).content.decode()
    assert desk(nadia).get(url).context["form"]["found"].value() is None
    assert desk(omar).post(url, sent(accepted, outcome="solved", found=FOUND, done=DONE)).status_code == 302
    assert UnsentForm.objects.count() == 0


def test_a_page_that_is_only_checked_or_overtaken_keeps_its_words(
    desk: Desk, accepted: Case, omar: User, amina: Citizen, clock: Clock
) -> None:
    url, typed = address("desk-close", accepted), {"outcome": "solved", "found": FOUND, "done": DONE}
    client, old = desk(omar), accepted.version
    add(accepted, by=amina.user, at=clock.pass_(minutes=1), text="It is back.")
    assert client.post(url, {"version": old, "send": "1", **typed}).status_code == 409
    assert client.get(url).context["form"]["found"].value() == FOUND
    assert client.post(url, {"version": accepted.version, **typed}).status_code == 200
    assert client.get(url).context["form"]["done"].value() == DONE


def test_words_about_a_case_that_left_the_agency_are_read_a_last_time_without_a_word_of_the_case(
    desk: Desk, referred: Case, omar: User, nadia: User, gam: Agency, clock: Clock
) -> None:
    url, client = address("desk-decline", referred), desk(omar)
    save(client, url, reason="other_place", text="This street belongs to another city.")
    decline(referred, by=nadia, at=clock.at, reason="other_place", text="Not ours.", proposed_agency=gam)
    words = client.get(url, follow=True)
    html = words.content.decode()
    assert ("This street belongs to another city." in html, "This can no longer be sent" in html) == (True, True)
    assert referred.subject not in html
    assert client.get(url).status_code == 404
    assert desk(nadia).get(words.redirect_chain[0][0]).status_code == 404


def test_the_case_page_and_its_reply_page_share_what_was_typed(
    as_amina: Client, accepted: Case, omar: User, clock: Clock
) -> None:
    ask(accepted, by=omar, at=clock.at, text="Which meter is it?")
    save(as_amina, address("case-reply", accepted), text="The one in the cellar.")
    for name in ("case", "case-reply"):
        assert as_amina.get(address(name, accepted)).context["form"]["text"].value() == "The one in the cellar."


def test_keys_grow_with_time_and_one_that_is_no_key_is_as_none(as_amina: Client, accepted: Case, clock: Clock) -> None:
    url = address("case-add", accepted)
    first = UUID(key_of(as_amina.get(url).content.decode()))
    clock.at += timedelta(milliseconds=2)
    assert UUID(key_of(as_amina.get(url).content.decode())) > first
    assert as_amina.post(url, {"form_key": "../../etc", "text": MORE}).status_code == 302
