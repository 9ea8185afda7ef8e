"""Deeds done to many cases: confirmed, done one by one, and what each became of is said."""

from datetime import datetime

import pytest
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate
from complaints.actions import assign, decline, label, note
from complaints.actions.consultations import consult
from complaints.desk import queue_bulk_pages
from complaints.models import Case, CaseLink, Label
from complaints.workflow import Action
from notifications.models import Message
from tests.complaints.cases import FileCase
from tests.complaints.desk.queue.bulk import asked, press, ticked
from tests.complaints.pages import Desk

# ---- asked first ----


def test_a_deed_is_asked_for_once_more_and_changes_nothing_yet(
    desk: Desk, referred: Case, omar: User, hana: User
) -> None:
    page = asked(desk(omar), "assign", referred)
    assert list(page.context["form"].officers.values()) == [hana, omar]
    assert page.context["list_url"] == reverse("queue") + "?view=late&topic=3"
    referred.refresh_from_db()
    assert (referred.officer, referred.version) == (None, 1)


def test_without_a_choice_it_goes_back_with_a_sentence(desk: Desk, referred: Case, omar: User) -> None:
    page = desk(omar).post(reverse("queue-bulk"), {"bulk_action": "label", "list_query": "view=late"}, follow=True)
    assert page.redirect_chain == [(reverse("queue") + "?view=late", 302)]
    assert [str(one) for one in page.context["messages"]] == [
        "Select at least one case first: tick the box in its row."
    ]


@pytest.mark.parametrize("action", ["", "delete", "assign"])
def test_an_action_that_is_not_offered_is_none(desk: Desk, referred: Case, lina: User, action: str) -> None:
    page = desk(lina).post(
        reverse("queue-bulk"), {"bulk_action": action, "case": ticked(referred), "send": "1"}, follow=True
    )
    assert [str(one) for one in page.context["messages"]] == ["Choose an action for the selected cases."]


@pytest.mark.parametrize("list_query", ["https://evil.example/", "//evil.example", "view=late\r\nX: y", "%00", "&" * 9])
def test_the_way_back_stays_in_the_queue(desk: Desk, referred: Case, omar: User, list_query: str) -> None:
    answer = desk(omar).post(reverse("queue-bulk"), {"list_query": list_query})
    assert answer.url.startswith(reverse("queue"))


def test_a_form_with_a_mistake_is_shown_again(desk: Desk, referred: Case, omar: User) -> None:
    sent = {"bulk_action": "label", "case": ticked(referred), "send": "1", "name": " "}
    page = desk(omar).post(reverse("queue-bulk"), sent)
    assert page.context["form"].errors == {"name": ["Enter: Label"]}
    assert Label.objects.count() == 0


# ---- what is not theirs, what has changed, too many ----


def test_what_the_person_may_not_see_stays_as_it_is_and_the_rest_is_done(
    desk: Desk, file_case: FileCase, omar: User, yusuf: User, gam: Agency
) -> None:
    ours, theirs = file_case(), file_case(agency=gam)
    unknown = "2600000001-1" if theirs.reference != "2600000001" else "2600000019-1"
    found = press(desk(omar), "label", ours, theirs, unknown, name="جولة")
    assert found[:2] == [(ours.reference, True, "Done."), (theirs.reference, False, "This case is not one of yours.")]
    assert {words for _number, is_done, words in found[1:] if not is_done} <= {"This case is not one of yours."}
    theirs.refresh_from_db()
    assert theirs.version == 1
    assert list(Label.objects.values_list("case", "name")) == [(ours.pk, "جولة")]


def test_what_has_changed_since_the_list_was_shown_is_left(
    desk: Desk, file_case: FileCase, omar: User, hana: User, now: datetime
) -> None:
    first, second = file_case(), file_case()
    shown = ticked(first, second)
    note(second, by=hana, at=now, text="اتصلت بالمديرية.")
    found = press(desk(omar), "assign", *shown, officer=hana.pk)
    assert found == [
        (first.reference, True, "Done."),
        (second.reference, False, "This case has changed since you opened the list. Open it to see what was done."),
    ]
    assert list(Case.objects.order_by("pk").values_list("officer", flat=True)) == [hana.pk, None]


def test_a_case_of_the_own_person_is_not_there(
    desk: Desk, file_case: FileCase, omar: User, amina: Citizen, karim: Citizen
) -> None:
    own, other = file_case(), file_case(citizen=karim)
    omar.person = amina
    omar.save(update_fields=["person"])
    found = press(desk(omar), "label", own, other, name="x")
    assert [is_done for _number, is_done, _words in found] == [False, True]


def test_more_than_a_hundred_are_refused_together(
    desk: Desk, referred: Case, file_case: FileCase, omar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_bulk_pages, "MOST", 1)
    sent = {"bulk_action": "label", "case": ticked(referred, file_case()), "send": "1", "name": "x"}
    page = desk(omar).post(reverse("queue-bulk"), sent, follow=True)
    assert [str(one) for one in page.context["messages"]] == [
        "You selected 2 cases, but at most 1 cases can be changed at once. Nothing was changed."
    ]
    assert Label.objects.count() == 0


@pytest.mark.parametrize("case", ["", "x", "2600000001", "1-1", "2600000001-" + "9" * 40, "٢٦٠٠٠٠٠٠٠١-1", "a\u202e-1"])
def test_what_is_no_choice_is_left_out(desk: Desk, referred: Case, omar: User, case: str) -> None:
    sent = {"bulk_action": "label", "case": [case, *ticked(referred)], "send": "1", "name": "x"}
    page = desk(omar).post(reverse("queue-bulk"), sent)
    assert [result.reference for result in page.context["results"]] == [referred.reference]


# ---- each action ----


def test_cases_are_given_to_an_officer_who_is_told(
    desk: Desk, file_case: FileCase, omar: User, hana: User, now: datetime
) -> None:
    first, hers = file_case(), file_case()
    assign(hers, by=omar, at=now, officer=hana)
    assert press(desk(omar), "assign", first, hers, officer=hana.pk) == [
        (first.reference, True, "Done."),
        (hers.reference, True, "No change needed."),
    ]
    told = Message.objects.filter(template="officer_assigned", reference=first.reference)
    assert {message.recipient for message in told} == {f"user:{hana.pk}"}


def test_an_officer_of_another_agency_cannot_be_given_any(desk: Desk, referred: Case, omar: User, yusuf: User) -> None:
    sent = {"bulk_action": "assign", "case": ticked(referred), "send": "1", "officer": str(yusuf.pk)}
    page = desk(omar).post(reverse("queue-bulk"), sent)
    assert page.context["form"].errors == {
        "officer": ["This person is not available at your agency today. Choose another officer"]
    }


def test_the_officer_is_reminded_once_a_day(
    desk: Desk, file_case: FileCase, nadia: User, omar: User, hana: User, now: datetime
) -> None:
    case = file_case()
    assign(case, by=nadia, at=now, officer=omar)
    assert press(desk(nadia), "remind_officer", case) == [(case.reference, True, "Done.")]
    told = Message.objects.filter(template="officer_reminded")
    assert {message.recipient for message in told} == {f"user:{omar.pk}"}
    case.refresh_from_db()
    assert case.events.filter(action=Action.REMIND).count() == 1
    assert press(desk(nadia), "remind_officer", case) == [(case.reference, False, "A reminder was already sent today.")]


def test_of_a_case_without_an_officer_all_are_reminded_but_not_oneself(
    desk: Desk, referred: Case, omar: User, hana: User, lina: User
) -> None:
    press(desk(omar), "remind_officer", referred)
    told = Message.objects.filter(template="officer_reminded")
    assert {message.recipient for message in told} == {f"user:{hana.pk}"}


def test_nobody_is_reminded_of_what_nobody_owes(desk: Desk, closed: Case, nadia: User) -> None:
    assert press(desk(nadia), "remind_officer", closed) == [
        (closed.reference, False, "There is no one to remind about this case now.")
    ]
    assert press(desk(nadia), "remind_directorate", closed)[0][1] is False
    closed.refresh_from_db()
    assert not closed.events.filter(action=Action.REMIND).exists()


def test_the_directorate_that_was_asked_gets_its_link_again(
    desk: Desk, accepted: Case, omar: User, network: Directorate, now: datetime
) -> None:
    Directorate.objects.filter(pk=network.pk).update(email="networks@miyahuna.example")
    network.refresh_from_db()
    consult(accepted, by=omar, at=now, directorate=network, text="كم يومًا يلزم لإصلاح الخط؟")
    assert press(desk(omar), "remind_directorate", accepted) == [(accepted.reference, True, "Done.")]
    first, again = Message.objects.filter(recipient=f"directorate:{network.pk}").order_by("created_at", "template")[:2]
    assert {first.template, again.template} == {"directorate_request", "directorate_reminder"}


def test_labels_are_put_on_and_taken_off(desk: Desk, file_case: FileCase, omar: User, now: datetime) -> None:
    first, second = file_case(), file_case()
    label(first, by=omar, at=now, name="عاجل")
    client = desk(omar)
    assert [words for *_rest, words in press(client, "label", first, second, name="عاجل")] == [
        "No change needed.",
        "Done.",
    ]
    first.refresh_from_db()
    second.refresh_from_db()
    page = client.get(reverse("queue"))
    assert [row.case.tags for row in page.context["rows"]] == [["عاجل"], ["عاجل"]]
    press(client, "unlabel", first, second, name="عاجل")
    assert Label.objects.count() == 0
    second.refresh_from_db()
    assert [event.action for event in second.events.all()] == ["file", "label", "label"]


def test_the_units_labels_are_its_own(desk: Desk, referred: Case, omar: User, lina: User, cmu: Agency) -> None:
    press(desk(lina), "label", referred, name="تصعيد")
    assert list(Label.objects.values_list("agency", flat=True)) == [cmu.pk]
    assert "تصعيد" not in desk(omar).get(reverse("queue")).content.decode()


def test_cases_are_linked_under_a_lead(desk: Desk, file_case: FileCase, omar: User) -> None:
    lead, first, second = file_case(), file_case(), file_case()
    page = asked(desk(omar), "link", second, lead, first)
    assert page.context["form"]["lead"].value() == lead.reference
    found = press(desk(omar), "link", first, lead, second, kind="same_problem", lead=lead.reference)
    assert [words for *_rest, words in found] == ["No change needed.", "Done.", "Done."]
    assert sorted(CaseLink.objects.values_list("case", "lead")) == [(first.pk, lead.pk), (second.pk, lead.pk)]


@pytest.mark.parametrize("typed", ["", "123", "2600000001", "x" * 40])
def test_a_lead_that_is_not_theirs_is_a_mistake_of_the_form(
    desk: Desk, file_case: FileCase, omar: User, gam: Agency, yusuf: User, typed: str
) -> None:
    ours, theirs = file_case(), file_case(agency=gam)
    for number in (typed, theirs.reference):
        sent = {"bulk_action": "link", "case": ticked(ours), "send": "1", "kind": "related", "lead": number}
        page = desk(omar).post(reverse("queue-bulk"), sent)
        assert page.status_code == 200
        if number != ours.reference:
            assert list(page.context["form"].errors) == ["lead"]
    assert CaseLink.objects.count() == 0


def test_a_loop_of_links_is_refused_case_by_case(desk: Desk, file_case: FileCase, omar: User) -> None:
    lead, follower, other = file_case(), file_case(), file_case()
    client = desk(omar)
    press(client, "link", follower, kind="same_problem", lead=lead.reference)
    for case in (lead, follower):
        case.refresh_from_db()
    found = press(client, "link", lead, other, kind="same_problem", lead=follower.reference)
    assert [is_done for _number, is_done, _words in found] == [False, False]
    assert CaseLink.objects.count() == 1


@pytest.mark.parametrize(("action", "typed"), [("label", {"name": "x"}), ("remind_officer", {})])
def test_a_case_passed_on_is_seen_but_not_touched(
    desk: Desk, referred: Case, omar: User, gam: Agency, now: datetime, action: str, typed: dict[str, str]
) -> None:
    decline(referred, by=omar, at=now, reason="other_agency", text="خارج اختصاصنا", proposed_agency=gam)
    found = press(desk(omar), action, referred, **typed)
    assert found == [(referred.reference, False, "You are not allowed to do this to this case.")]


def test_strangers_find_no_such_page(desk: Desk, referred: Case, amina: Citizen, sami: User) -> None:
    sent = {"bulk_action": "label", "case": ticked(referred), "send": "1", "name": "x"}
    for person in (amina, sami):
        assert desk(person).post(reverse("queue-bulk"), sent).status_code == 404
    assert Label.objects.count() == 0


# ---- one case ----


def test_the_page_of_one_case_changes_its_labels(desk: Desk, referred: Case, omar: User, now: datetime) -> None:
    label(referred, by=omar, at=now, name="قديم")
    client, address = desk(omar), reverse("desk-label", args=[referred.reference])
    empty = client.post(address, {"version": referred.version, "send": "1"})
    assert empty.context["form"].errors == {"name": ["Enter a label, or select one to remove"]}
    answer = client.post(address, {"version": referred.version, "send": "1", "name": "جديد", "off": ["قديم"]})
    assert answer.status_code == 302
    assert list(Label.objects.values_list("name", flat=True)) == ["جديد"]
    stale = client.post(address, {"version": referred.version, "send": "1", "name": "x"})
    assert stale.status_code == 409


def test_the_page_of_one_case_reminds_its_officer(
    desk: Desk, referred: Case, nadia: User, omar: User, yusuf: User
) -> None:
    client, address = desk(nadia), reverse("desk-remind", args=[referred.reference])
    assert client.get(address).status_code == 200
    assert client.post(address, {"version": referred.version, "send": "1", "whom": "officer"}).status_code == 302
    referred.refresh_from_db()
    page = client.post(address, {"version": referred.version, "send": "1", "whom": "officer"}, follow=True)
    assert "A reminder was already sent today." in page.content.decode()
    assert desk(yusuf).get(address).status_code == 404
