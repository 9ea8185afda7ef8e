"""Objections on their pages: the citizen or a caller objects, somebody uninvolved at the unit decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from accounts.models import Citizen, User
from complaints.actions import accept, archive, close, dismiss, note, object_to, withdraw
from complaints.models import Case
from notifications.models import Message
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, sent, statements_of

WHY = "لم تصل المياه إلى الحي حتى اليوم رغم ما جاء في الرد."
REASONS = "لم يعاين أحد الخط الفرعي، فعليكم معاينته وإصلاحه."

CAUSE = {"cause": "other"}


@pytest.fixture
def objected(closed: Case, amina: Citizen, clock: Clock) -> Case:
    """An answered complaint to which amina objects."""
    user = amina.user
    assert user is not None
    object_to(closed, by=user, at=clock.pass_(hours=1), text=WHY)
    return closed


@pytest.fixture
def answered(amina: Citizen, omar: User, clock: Clock) -> Callable[[Case], Case]:
    """Return a function that answers a case and lets amina object."""

    def make(case: Case) -> Case:
        user = amina.user
        assert user is not None
        accept(case, by=omar, at=clock.at, days=2)
        close(case, by=omar, at=clock.at, outcome="solved", found=FOUND, done=DONE)
        object_to(case, by=user, at=clock.at, text=WHY)
        return case

    return make


def told(template: str) -> list[str]:
    return sorted(Message.objects.filter(template=template).values_list("recipient", flat=True).distinct())


def errors(page: object) -> dict[str, list[str]]:
    return page.context["form"].errors


# ---- the citizen ----


def test_the_citizen_objects_on_a_page_of_the_case(
    desk: Desk, closed: Case, amina: Citizen, lina: User, clock: Clock
) -> None:
    clock.pass_(days=13)
    client = desk(amina)
    page = client.get(address("case", closed))
    assert (page.context["objecting"].until.isoformat(), page.context["objecting"].is_last) == ("2026-01-18", False)
    assert address("case-object", closed) in page.content.decode()
    assert client.get(address("case-object", closed)).status_code == 200
    done = client.post(address("case-object", closed), {"text": WHY}, follow=True)
    assert [str(one) for one in done.context["messages"]] == [
        (
            "Your objection was sent. Someone at the Government Complaints Management Unit who has not worked on your "
            "case will decide."
        )
    ]
    closed.refresh_from_db()
    event = closed.events.latest("number")
    assert (closed.state, event.action, event.actor, closed.objections.get().text) == (
        "objected",
        "object",
        amina.user,
        WHY,
    )
    assert closed.holdings.filter(ended_at=None).get().holder == "cmu"
    assert (told("case_objected"), told("cmu_objection")) == ([f"citizen:{amina.pk}"], [f"user:{lina.pk}"])
    assert WHY in done.content.decode()


def test_an_objection_needs_its_reason(desk: Desk, closed: Case, amina: Citizen) -> None:
    client = desk(amina)
    for text, said in (
        ("", "Write why you object"),
        ("  \n ", "Write why you object"),
        ("لا أوافق", "Write at least 20 characters; you have written 8"),
    ):
        page = client.post(address("case-object", closed), {"text": text})
        closed.refresh_from_db()
        assert (errors(page), closed.state, text.strip() in page.content.decode()) == ({"text": [said]}, "closed", True)


def test_after_fourteen_days_it_is_too_late_and_the_words_are_kept(
    desk: Desk, closed: Case, amina: Citizen, clock: Clock
) -> None:
    clock.pass_(days=14, minutes=1)
    client = desk(amina)
    assert client.get(address("case", closed)).context["objecting"] is None
    assert client.get(address("case-object", closed)).status_code == 302
    page = client.post(address("case-object", closed), {"text": WHY})
    closed.refresh_from_db()
    assert (page.status_code, WHY in page.content.decode(), closed.state) == (409, True, "closed")


def test_a_case_carries_two_objections_at_most(
    desk: Desk, objected: Case, amina: Citizen, lina: User, rami: User, clock: Clock
) -> None:
    dismiss(objected, by=lina, at=clock.pass_(hours=1), reasons=REASONS)
    client = desk(amina)
    assert client.get(address("case", objected)).context["objecting"].is_last
    assert client.post(address("case-object", objected), {"text": WHY}).status_code == 302
    objected.refresh_from_db()
    dismiss(objected, by=rami, at=clock.pass_(hours=1), reasons=REASONS)
    client = desk(amina)
    assert client.get(address("case", objected)).context["objecting"] is None
    assert client.post(address("case-object", objected), {"text": WHY}).status_code == 409


def test_others_do_not_object(
    desk: Desk, closed: Case, file_case: FileCase, amina: Citizen, karim: Citizen, omar: User, clock: Clock
) -> None:
    assert desk(karim).post(address("case-object", closed), {"text": WHY}).status_code == 404
    assert desk(omar).post(address("case-object", closed), {"text": WHY}).status_code == 302
    gone = file_case()
    user = amina.user
    assert user is not None
    withdraw(gone, by=user, at=clock.at)
    assert desk(amina).get(address("case-object", gone)).status_code == 302
    assert Case.objects.filter(state="objected").count() == 0


# ---- a caller ----


def test_the_contact_centre_takes_an_objection_down(desk: Desk, closed: Case, sami: User, amina: Citizen) -> None:
    client = desk(sami)
    client.post(reverse("calls-find"), {"ref": closed.reference, "phone_end": amina.phone[-4:]})
    page = client.get(address("caller-case", closed))
    assert "Does the caller object to the answer?" in page.content.decode()
    short = client.post(address("caller-case", closed), sent(closed, text="لا أوافق"))
    assert errors(short) == {"text": ["Write at least 20 characters; you have written 8"]}
    stale = client.post(address("caller-case", closed), {"version": closed.version - 1, "text": WHY})
    assert (stale.status_code, WHY in stale.content.decode()) == (409, True)
    assert client.post(address("caller-case", closed), sent(closed, text=WHY)).status_code == 302
    closed.refresh_from_db()
    assert (closed.state, closed.events.latest("number").actor) == ("objected", sami)


# ---- the unit ----


def test_it_stands_in_the_units_queue_and_asks_for_a_decision(
    desk: Desk, objected: Case, lina: User, omar: User
) -> None:
    rows = desk(lina).get("/en/staff/queue/?view=decide").context["rows"]
    assert [row.case.pk for row in rows] == [objected.pk]
    assert desk(omar).get("/en/staff/queue/?view=competence").context["rows"] == []
    panel = desk(lina).get(address("desk-case", objected)).context["panel"]
    assert (panel.question, [button.url_name for button in panel.answers]) == (
        "Is the objection justified?",
        ["desk-uphold", "desk-dismiss"],
    )


def test_upholding_shows_the_message_and_gives_the_agency_a_new_date(
    desk: Desk, objected: Case, lina: User, omar: User, amina: Citizen, clock: Clock
) -> None:
    client, url = desk(lina), address("desk-uphold", objected)
    page = client.get(url).content.decode()
    # The answer stands there with its own moment, an hour before.
    assert [words in page for words in (WHY, DONE, "At most 7 working days, that is until 13/1/2026", "10:00 am")] == [
        True
    ] * 4
    unchosen = client.post(url, {"version": objected.version, "days": "3", "reasons": REASONS, "cause": "none"})
    assert list(unchosen.context["form"].errors) == ["cause"]
    checked = client.post(url, {"version": objected.version, "days": "3", "reasons": REASONS, "cause": "not_done"})
    assert "What was said to be done was not done" in checked.content.decode()
    assert "7/1/2026" in checked.context["message"].body
    objected.refresh_from_db()
    assert objected.state == "objected"
    done = client.post(url, sent(objected, days="3", reasons=REASONS, cause="not_done"), follow=True)
    assert [str(one) for one in done.context["messages"]] == [
        "You accepted the objection. The agency and the citizen are being told."
    ]
    objected.refresh_from_db()
    objection = objected.objections.get()
    assert objected.events.latest("number").facts["cause"] == objection.cause == "not_done"
    assert (objected.state, objected.promised_on.isoformat(), objection.ruling, objection.ruled_by) == (
        "in_progress",
        "2026-01-07",
        "upheld",
        lina,
    )
    assert (told("case_upheld"), told("officer_upheld")) == ([f"citizen:{amina.pk}"], [f"user:{omar.pk}"])
    assert REASONS in desk(omar).get(address("desk-case", objected)).content.decode()
    assert REASONS in desk(amina).get(address("case", objected)).content.decode()
    assert [held.holder for held in objected.holdings.order_by("pk")][-2:] == ["cmu", "agency"]


def test_dismissing_foretells_the_message_and_closes_with_reasons(
    desk: Desk, objected: Case, lina: User, amina: Citizen
) -> None:
    client, url = desk(lina), address("desk-dismiss", objected)
    page = client.get(url)
    assert (WHY in page.content.decode(), page.context["message_preview"].template) == (True, "case_dismissed")
    assert client.post(url, sent(objected, reasons=REASONS)).status_code == 302
    objected.refresh_from_db()
    assert (objected.state, objected.outcome, objected.objections.get().ruling) == ("closed", "solved", "dismissed")
    assert told("case_dismissed") == [f"citizen:{amina.pk}"]
    assert REASONS in desk(amina).get(address("case", objected)).content.decode()


MISTAKES: list[tuple[str, dict[str, str], dict[str, list[str]]]] = [
    (
        "uphold",
        {"days": "8", "reasons": REASONS} | CAUSE,
        {"days": ["The limit for this topic ends on 13/1/2026. Enter at most 7 working days"]},
    ),
    ("uphold", {"days": "0", "reasons": REASONS} | CAUSE, {"days": ["Enter a whole number from 1 to 365"]}),
    ("uphold", {"days": "2"} | CAUSE, {"reasons": ["Write why you accept the objection, and what must be done"]}),
    (
        "uphold",
        {"days": "2", "reasons": "نعم"} | CAUSE,
        {"reasons": ["Write at least 10 characters; you have written 3"]},
    ),
    ("dismiss", {}, {"reasons": ["Enter: Reasons for the citizen"]}),
]


def test_each_mistake_stands_beside_its_field(desk: Desk, objected: Case, lina: User) -> None:
    client = desk(lina)
    for name, typed, said in MISTAKES:
        page = client.post(address(f"desk-{name}", objected), sent(objected, **typed))
        objected.refresh_from_db()
        assert (page.status_code, errors(page), objected.state) == (200, said, "objected")


def test_what_was_archived_goes_back_to_triage_and_needs_no_date(
    desk: Desk, triaged: Case, amina: Citizen, lina: User, rami: User, clock: Clock
) -> None:
    user = amina.user
    assert user is not None
    archive(triaged, by=lina, at=clock.at, reason="ليست من اختصاص أي جهة حكومية.")
    object_to(triaged, by=user, at=clock.pass_(hours=1), text=WHY)
    client, url = desk(rami), address("desk-uphold", triaged)
    assert list(client.get(url).context["form"].fields) == ["cause", "reasons"]
    assert client.post(url, sent(triaged, reasons=REASONS, cause="other")).status_code == 302
    triaged.refresh_from_db()
    assert triaged.state == "triage"


def test_only_who_did_not_handle_it_decides(
    desk: Desk,
    file_case: FileCase,
    clock: Clock,
    *,
    amina: Citizen,
    omar: User,
    nadia: User,
    sami: User,
    lina: User,
    rami: User,
) -> None:
    user = amina.user
    assert user is not None
    case = file_case(agency=None)
    archive(case, by=lina, at=clock.at, reason="ليست من اختصاص أي جهة حكومية.")
    object_to(case, by=user, at=clock.pass_(hours=1), text=WHY)
    browsers = [desk(one) for one in (omar, nadia, sami, amina, lina, rami)]
    involved = browsers[4]
    for name in ("uphold", "dismiss"):
        url = address(f"desk-{name}", case)
        assert [browser.get(url).status_code for browser in browsers] == [404] * 5 + [200]
        assert involved.post(url, sent(case, days="2", reasons=REASONS)).status_code == 404
    page = involved.get(address("desk-case", case))
    assert (page.context["panel"].answers, page.context["is_involved"]) == ([], True)
    assert "A colleague decides on the objection" in page.content.decode()


def test_a_note_while_the_objection_is_looked_at_makes_nobody_involved(
    desk: Desk, objected: Case, lina: User, clock: Clock
) -> None:
    note(objected, by=lina, at=clock.pass_(minutes=5), text="طلبت الملف من الشركة")
    objected.refresh_from_db()
    assert desk(lina).post(address("desk-dismiss", objected), sent(objected, reasons=REASONS)).status_code == 302


def test_who_comes_second_reads_who_was_first_and_keeps_the_words(
    desk: Desk, objected: Case, lina: User, rami: User, clock: Clock
) -> None:
    typed = sent(objected, days="2", reasons=REASONS, cause="other")
    dismiss(objected, by=rami, at=clock.pass_(minutes=5), reasons="الرد صحيح، وقد وصلت المياه أمس.")
    page = desk(lina).post(address("desk-uphold", objected), typed)
    assert (page.status_code, page.context["previous_change"].action, page.context["previous_change"].by) == (
        409,
        "Objection rejected",
        "Rami Haddad",
    )
    assert page.context["typed_texts"] == [("Reason", REASONS)]
    objected.refresh_from_db()
    assert objected.state == "closed"


def test_three_objections_cost_what_one_does(
    desk: Desk, objected: Case, file_case: FileCase, answered: Callable[[Case], Case], lina: User, amina: Citizen
) -> None:
    client, url = desk(lina), "/en/staff/queue/?view=decide"
    one = statements_of(client, url)
    for _ in range(2):
        answered(file_case())
    assert (statements_of(client, url), Case.objects.filter(state="objected").count()) == (one, 3)
