"""Cases accepted together, referred together, and written to a file."""

from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from accounts.models import Citizen, User
from accounts.roles import Role
from accounts.sign_in.factors import FACTOR_AT
from agencies.models import Agency, Directorate, Topic
from complaints import reference
from complaints.actions import accept, decline, note
from complaints.desk import queue_bulk
from complaints.models import Case, Consultation
from notifications.models import Message
from tests.cast import give_role
from tests.complaints.cases import FileCase
from tests.complaints.desk.queue.bulk import asked, press, ticked
from tests.complaints.pages import Clock, Desk


def test_cases_of_one_topic_are_accepted_together(
    desk: Desk, file_case: FileCase, omar: User, gam: Agency, network: Directorate, now: datetime
) -> None:
    declined, first, second, accepted = (file_case() for _ in range(4))
    accept(accepted, by=omar, at=now, days=3, directorate=network)
    client = desk(omar)
    assert asked(client, "accept", accepted).context["form"].problem == (
        "None of these cases waits for you to accept it"
    )
    page = asked(client, "accept", first, accepted, second, declined)
    assert [one.reference for one in page.context["bulk"].decided] == [accepted.reference]
    assert "Apply to 3 cases" in page.content.decode()
    form = page.context["form"]
    assert [form[name].value() for name in ("directorate", "days")] == [str(network.pk), 7]
    assert [len(form["case"].value()), form.problem] == [3, ""]
    shown = ticked(declined, first, second)
    decline(declined, by=omar, at=now, reason="other_agency", text="خارج اختصاصنا", proposed_agency=gam)
    found = press(client, "accept", *shown, directorate=network.pk, days="3")
    assert [(is_done, words) for _number, is_done, words in found] == [
        (False, "This case has changed since you opened the list. Open it to see what was done."),
        (True, "Done."),
        (True, "Done."),
    ]
    now_his = Case.objects.filter(pk__in=(first.pk, second.pk)).values_list("state", "directorate", "officer")
    assert set(now_his) == {("in_progress", network.pk, omar.pk)}
    told = Message.objects.filter(template="case_accepted").values_list("reference", flat=True)
    assert set(told) == {accepted.reference, first.reference, second.reference}


def test_what_cannot_be_accepted_together_is_named_and_nothing_is_done(
    desk: Desk, file_case: FileCase, omar: User, network: Directorate, gam: Agency, inquiry: Topic, now: datetime
) -> None:
    give_role(omar, gam, Role.OFFICER)
    old, new = file_case(at=now - timedelta(days=6)), file_case()
    question, theirs = file_case(topic=inquiry, kind="inquiry"), file_case(agency=gam)
    several = "These cases have different topics: Inquiry about a service, Water outage. Select cases of one topic"
    errors = {
        several: ("case", "3", [new, question]),
        f"These cases are with different agencies: {gam.name_en}, {network.agency.name_en}. "
        "Select one agency's cases": ("case", "3", [new, theirs]),
        f"This is past the limit of {reference.grouped(old.reference)}. "
        "Enter at most 3 working days, or leave these cases out": ("days", "5", [old, new]),
    }
    client = desk(omar)
    assert several in asked(client, "accept", new, question).content.decode()
    for error, (field, days, chosen) in errors.items():
        typed = {"bulk_action": "accept", "send": "1", "directorate": str(network.pk), "days": days}
        page = client.post(reverse("queue-bulk"), {**typed, "case": ticked(*chosen)})
        assert dict(page.context["form"].errors) == {field: [error]}
        assert page.context["form"]["days"].value() == days
    assert set(Case.objects.values_list("state", flat=True)) == {"referred"}


def test_more_than_twenty_are_not_accepted_together(
    desk: Desk, referred: Case, file_case: FileCase, omar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_bulk, "MOST_ACCEPTED", 1)
    sent = {"bulk_action": "accept", "send": "1", "days": "3", "case": ticked(referred, file_case())}
    page = desk(omar).post(reverse("queue-bulk"), sent)
    assert page.context["form"].errors == {"case": ["You selected 2 cases. Accept at most 1 at once"]}


def test_the_unit_refers_what_waits_in_triage(
    desk: Desk, file_case: FileCase, omar: User, lina: User, yusuf: User, gam: Agency
) -> None:
    waiting, referred = file_case(agency=None), file_case()
    assert press(desk(lina), "refer", waiting, referred, agency=gam.code, reason="") == [
        (waiting.reference, True, "Done."),
        (referred.reference, False, "This action is not possible in the case's current status."),
    ]
    waiting.refresh_from_db()
    assert (waiting.state, waiting.agency) == ("referred", gam)
    for person, action in ((lina, "accept"), (omar, "refer")):
        page = desk(person).post(reverse("queue-bulk"), {"bulk_action": action, "case": ticked(referred)}, follow=True)
        assert [str(one) for one in page.context["messages"]] == ["Choose an action for the selected cases."]


def test_selected_cases_are_saved_as_a_file_without_words_and_people(
    desk: Desk, file_case: FileCase, omar: User, gam: Agency, yusuf: User, amina: Citizen, network: Directorate
) -> None:
    Directorate.objects.filter(pk=network.pk).update(name_en="=1+1")
    own, theirs = file_case(), file_case(agency=gam)
    Case.objects.filter(pk=own.pk).update(directorate=network)
    client, sent = desk(omar), {"bulk_action": "export", "case": ticked(own, theirs)}
    page = client.post(reverse("queue-bulk"), sent)
    assert page.context["form"]["kind"].value() == "xlsx"
    assert "Apply to" not in page.content.decode()
    lines = client.post(reverse("queue-bulk"), {**sent, "send": "1", "kind": "csv"}).content.decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["\ufeffTracking number", own.reference]
    assert "'=1+1" in lines[1]
    workbook = client.post(reverse("queue-bulk"), {**sent, "send": "1", "kind": "xlsx"})
    assert workbook["Content-Disposition"] == 'attachment; filename="cases_2026-01-04.xlsx"'
    with ZipFile(BytesIO(workbook.content)) as book:
        words = "".join(book.read(name).decode() for name in book.namelist())
    assert own.reference in words
    for secret in (own.subject, own.details, amina.full_name, theirs.reference):
        assert secret not in words + "".join(lines)
    session = client.session
    session[FACTOR_AT] = 0
    session.save()
    assert client.post(reverse("queue-bulk"), {**sent, "send": "1", "kind": "csv"}).url == reverse("staff-confirm")


@pytest.mark.usefixtures("undo_window")
def test_accepting_together_asks_the_directorate_and_is_undone_by_one_press(
    desk: Desk, file_case: FileCase, omar: User, gam: Agency, network: Directorate, clock: Clock
) -> None:
    first, second, gone = (file_case() for _ in range(3))
    client, cases = desk(omar), (first, second, gone)
    typed = {"directorate": network.pk, "days": "3", "asks_now": "on"}
    page = client.post(reverse("queue-bulk"), {"bulk_action": "accept", "send": "1", "case": ticked(*cases), **typed})
    assert page.context["form"].errors == {"text": ["Write what the directorate should examine"]}
    sent = {"bulk_action": "accept", "send": "1", "case": ticked(*cases), **typed, "text": "افحصوا الخط"}
    page = client.post(reverse("queue-bulk"), sent)
    assert [one.is_done for one in page.context["results"]] == [True, True, True]
    asked = Consultation.objects.values_list("case", "text", "state")
    assert set(asked) == {(case.pk, "افحصوا الخط", "asked") for case in cases}
    assert (len(page.context["undoable"]), page.context["undo_left"]) == (3, "less than 2 minutes left")
    clock.pass_(seconds=20)
    note(gone, by=omar, at=clock.at, text="ملاحظة")
    undo = {"case": [str(one) for one in page.context["undoable"]], "list_query": "view=new"}
    assert desk(omar).get(reverse("queue-bulk-undo")).status_code == 405
    found = client.post(reverse("queue-bulk-undo"), undo)
    assert [(one.is_done, one.words) for one in found.context["results"]] == [
        (True, "Undone. No message was sent. What you wrote is kept in the form."),
        (True, "Undone. No message was sent. What you wrote is kept in the form."),
        (False, "This case has changed since you opened the list. Open it to see what was done."),
    ]
    again = client.get(reverse("desk-accept", args=[first.reference])).context["form"]
    assert [str(again[name].value()) for name in ("directorate", "days", "text")] == [
        str(network.pk),
        "3",
        "افحصوا الخط",
    ]
    states = Case.objects.order_by("pk").values_list("state", "directorate")
    assert list(states) == [("referred", None), ("referred", None), ("in_progress", network.pk)]
    assert set(Consultation.objects.exclude(case=gone).values_list("state", flat=True)) == {"revoked"}
    pending = Message.objects.filter(template="case_accepted", state="pending").values_list("reference", flat=True)
    assert set(pending) == {gone.reference}
    clock.pass_(minutes=3)
    gone.refresh_from_db()
    late = client.post(reverse("queue-bulk-undo"), {"case": ticked(gone)})
    assert [one.words for one in late.context["results"]] == [
        "Its messages have been sent, or someone has changed it since: it can no longer be undone."
    ]
    assert client.post(reverse("queue-bulk-undo"), {"case": "x"}).status_code == 302
