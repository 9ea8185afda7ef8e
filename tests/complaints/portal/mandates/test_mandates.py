"""Speaking for another: asked for, given, used by pages that name both people, and over in mid-act."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.contact import citizen_key
from accounts.models import Citizen, Mandate, MandateOver, User
from complaints.actions import add
from complaints.actions.filing import Filing, file
from complaints.attachments import fields
from complaints.models import Attachment, Case, Draft, LegalHold, MandatePaper
from complaints.models.listed_cases import by_keys, listed_cases, with_citizens
from complaints.permissions import policy
from complaints.portal.privacy import account_data
from complaints.retention.erasing import erase_person
from complaints.retention.rules import held_people
from complaints.visibility.redaction import CaseVisibility, StaffVisibility, knows_person
from complaints.workflow import Action, Actor
from notifications.models import Message
from tests.cast import sign_in
from tests.complaints.cases import FileCase
from tests.complaints.mandates import give_mandate
from tests.complaints.pages import Clock, Desk, statements_of
from tests.complaints.sample_files import PDF

MANDATES, ENDS = "/en/account/mandates/", "4/1/2027"
IN_FORCE = "Such a mandate is in force already, until 3 February 2026. End it first if you need another one."


@pytest.fixture(autouse=True)
def _in_english(english: None, clock: Clock) -> None:
    """Let every page be asked for in English, at the moment of the cast."""


def ask_for(other: Citizen, **typed: object) -> dict[str, object]:
    terms = {"ground": "lawyer", "covers": "filed", "ends_on": ENDS}
    return {**terms, "number": other.number, "mobile": other.phone, **typed}


def templates_to(citizen: Citizen) -> list[str]:
    sent = Message.objects.filter(recipient=f"citizen:{citizen.pk}").order_by("created_at", "pk")
    return list(sent.values_list("template", flat=True))


def ask_and_give(as_karim: Client, as_amina: Client, karim: Citizen, amina: Citizen, clock: Clock) -> Mandate:
    """Ask as the representative, who reads no name before, and give as the person, whom alone it is to give."""
    page = as_karim.post(f"{MANDATES}new/speak/", ask_for(amina), follow=True)
    mandate = Mandate.objects.get()
    assert amina.full_name not in page.text
    assert templates_to(amina) == ["mandate_asked"]
    clock.pass_(minutes=1)
    page = as_amina.get(f"{MANDATES}{mandate.pk}/")
    assert karim.full_name in page.text
    as_karim.post(f"{MANDATES}{mandate.pk}/give/")
    assert Mandate.objects.get().state == "asked"
    as_amina.post(f"{MANDATES}{mandate.pk}/give/")
    assert "in the meantime" in as_amina.post(f"{MANDATES}{mandate.pk}/give/", follow=True).text
    assert (templates_to(amina)[1:], templates_to(karim)) == (["mandate_given"], ["mandate_given"])
    assert Mandate.objects.get().claim == ""
    return Mandate.objects.get()


def file_by(mandate: Mandate, as_karim: Client, like: Draft) -> Case:
    """File as the representative what ``like`` says, pressed twice."""
    assert mandate.person
    where = f"/en/cases/for/{mandate.pk}/"
    begun = as_karim.post(f"{where}complaint/")
    own = Draft.objects.get()
    assert (own.citizen, own.mandate) == (mandate.representative, mandate)
    assert mandate.person.full_name in as_karim.get(begun["Location"]).text
    Draft.objects.filter(pk=own.pk).update(
        agency=like.agency, topic=like.topic, subject=like.subject, details=like.details
    )
    check = f"/en/new/complaint/check/?draft={own.pk}"
    assert 'name="for" value="another"' in as_karim.get(check).text
    sent = as_karim.post(check, {"draft": str(own.pk), "notify_by": "sms", "for": "another"})
    case = Case.objects.get()
    assert sent["Location"].endswith(f"/cases/{case.reference}/receipt/")
    again = as_karim.post(check, {"draft": str(own.pk), "notify_by": "sms", "for": "another"})
    assert again["Location"] == sent["Location"]
    assert (case.citizen, case.entered_by) == (mandate.person, mandate.representative.user)
    assert case.events.get().mandate == str(mandate.pk)
    assert case.reference in as_karim.get(where).text
    return case


def test_a_mandate_given_and_revoked(  # noqa: PLR0917 - the two people, a stranger, the unit and the moment
    as_amina: Client,
    as_karim: Client,
    as_yusuf: Client,
    amina: Citizen,
    karim: Citizen,
    draft: Draft,
    lina: User,
    clock: Clock,
) -> None:
    draft.delete()
    mandate = ask_and_give(as_karim, as_amina, karim, amina, clock)
    case = file_by(mandate, as_karim, draft)
    both = f"{karim.full_name} (Lawyer) for {amina.full_name}"
    for client in (as_amina, as_karim):
        assert both in client.get(f"/en/cases/{case.reference}/").text
    assert "case_received_triage" in templates_to(karim)
    staff = sign_in(Client(), lina).get(f"/en/staff/cases/{case.reference}/")
    assert "a representative (Lawyer) for the citizen" in staff.text
    assert karim.full_name in staff.text
    assert as_yusuf.get(f"/en/staff/cases/{case.reference}/").status_code == 404

    clock.pass_(minutes=1)
    ended = as_amina.post(f"{MANDATES}{mandate.pk}/end/", follow=True)
    assert "has ended" in ended.text
    # News of the case that wait for the morning or a carrier reach the person, and the representative no more.
    about = Message.objects.filter(reference=case.reference, template="case_received_triage")
    assert dict(about.values_list("recipient", "state")) == {
        citizen_key(amina.pk): "pending", citizen_key(karim.pk): "cancelled"
    }  # fmt: skip
    assert (templates_to(amina)[-1], templates_to(karim)[-1]) == ("mandate_ended", "mandate_ended")
    events = case.events.count()
    late = as_karim.post(f"/en/cases/{case.reference}/add/", {"text": "one more thing to add"})
    assert (late.status_code, case.events.count()) == (403, events)
    assert "This mandate is over" in late.text
    assert "one more thing to add" in late.text
    assert as_karim.get(f"/en/cases/{case.reference}/").status_code == 403
    assert as_karim.post(f"/en/cases/for/{mandate.pk}/complaint/").status_code == 403
    assert as_amina.get(f"/en/cases/{case.reference}/").status_code == 200


def test_a_request_says_nothing_about_who_has_an_account(
    as_karim: Client, as_amina: Client, amina: Citizen, karim: Citizen
) -> None:
    known = as_karim.post(f"{MANDATES}new/for-me/", ask_for(amina), follow=True)
    unknown = as_karim.post(f"{MANDATES}new/for-me/", ask_for(amina, mobile="0791112233"), follow=True)
    first, second = Mandate.objects.order_by("asked_at", "pk")
    assert {first.representative, second.representative} == {amina, None}
    shown = [page.text.replace(str(first.pk), "").replace(str(second.pk), "") for page in (known, unknown)]
    assert len({_bare(page.split("<main")[1]) for page in shown}) == 1
    as_amina.post(f"{MANDATES}{first.pk if first.representative else second.pk}/refuse/")
    assert "mandate_refused" in templates_to(karim)
    wrong = as_karim.post(f"{MANDATES}new/speak/", ask_for(karim, ends_on="1/1/2020"))
    assert set(wrong.context["form"].errors) == {"number", "ends_on"}
    far = as_karim.post(f"{MANDATES}new/speak/", ask_for(amina, ends_on="1/1/2090", ground="king"))
    assert set(far.context["form"].errors) == {"ground", "ends_on"}
    for _ in range(3):
        as_karim.post(f"{MANDATES}new/speak/", ask_for(amina))
    assert as_karim.post(f"{MANDATES}new/speak/", ask_for(amina)).status_code == 429


def _bare(page: str) -> str:
    return "".join(line for line in page.splitlines() if "csrf" not in line)


def test_a_second_mandate_of_the_same_people_is_refused_beside_the_field_and_by_the_database(
    as_karim: Client, as_amina: Client, amina: Citizen, karim: Citizen, now: datetime
) -> None:
    as_karim.post(f"{MANDATES}new/speak/", ask_for(amina))
    asked, first = Mandate.objects.get(), give_mandate(amina, karim, at=now)

    # Whoever asks again reads it beside the number, and keeps what was typed; the other direction is another matter.
    again = as_karim.post(f"{MANDATES}new/speak/", ask_for(amina))
    assert (again.status_code, again.context["form"].errors) == (200, {"number": [IN_FORCE]})
    assert again.context["form"]["mobile"].value() == amina.phone
    assert as_amina.post(f"{MANDATES}new/speak/", ask_for(karim)).status_code == 302
    # Whoever is asked reads it on the page, and nothing is given.
    assert IN_FORCE in as_amina.post(f"{MANDATES}{asked.pk}/give/", follow=True).text
    # So does the database, whoever writes.
    with pytest.raises(IntegrityError, match="mandate_one_in_force"), transaction.atomic():
        give_mandate(amina, karim, at=first.ends_at - timedelta(seconds=1))
    assert list(Mandate.objects.given()) == [first]
    give_mandate(amina, karim, at=first.ends_at)


def test_a_representative_sees_what_the_mandate_covers_and_no_more(
    file_case: FileCase, as_karim: Client, amina: Citizen, karim: Citizen, lina: User, now: datetime
) -> None:
    own = file_case()
    assert karim.user
    assert as_karim.get(f"/en/cases/{own.reference}/").status_code == 404
    filed = give_mandate(amina, karim, at=now)
    assert as_karim.get(f"{MANDATES}{filed.pk}/").status_code == 200
    assert as_karim.get(f"/en/cases/{own.reference}/").status_code == 404
    Mandate.objects.filter(pk=filed.pk).update(state="ended", ended_at=now)
    whole = give_mandate(amina, karim, at=now, covers_all=True)
    assert as_karim.get(f"/en/cases/{own.reference}/").status_code == 200
    assert f"/en/cases/for/{whole.pk}/" in as_karim.get("/en/cases/").text
    assert policy.actors(own, karim.user, at=now) == {Actor.REPRESENTATIVE}
    later = whole.ends_at
    assert not Case.objects.visible_to(karim.user, at=later).exists()
    with pytest.raises(MandateOver):
        add(own, by=karim.user, at=later, text="too late for this")
    add(own, by=karim.user, at=now, text="something more to know")
    event = own.events.get(action=Action.ADD)
    assert (event.actor, event.mandate) == (karim.user, str(whole.pk))
    Mandate.objects.update(state="ended", ended_at=now)
    by_it = Filing(citizen=amina, kind="inquiry", topic=None, subject="s", details="d", mandate=whole)
    with pytest.raises(MandateOver):
        file(by_it, by=karim.user, at=now)


def test_the_page_of_a_case_costs_as_much_however_often_a_representative_acted(
    file_case: FileCase, as_karim: Client, amina: Citizen, karim: Citizen, now: datetime
) -> None:
    own, _ = file_case(), give_mandate(amina, karim, at=now, covers_all=True)
    assert karim.user
    add(own, by=karim.user, at=now, text="something more to know")
    once = statements_of(as_karim, f"/en/cases/{own.reference}/")
    for _ in range(3):
        add(own, by=karim.user, at=now, text="something more to know")
    assert statements_of(as_karim, f"/en/cases/{own.reference}/") == once


UNIT = "/en/staff/mandates/"
CHILD = {
    "citizenship": "national",
    "national_number": "2001234567",
    "first_name": "سلمى",
    "father_name": "كريم",
    "grandfather_name": "يوسف",
    "family_name": "الحوراني",
    "birth_date_day": "3",
    "birth_date_month": "5",
    "birth_date_year": "2015",
    "ground": "guardian",
    "covers": "all",
    "ends_on": ENDS,
    "proof": "Family book 12345",
}


def test_the_unit_confirms_for_a_child_by_what_it_saw(
    as_karim: Client, as_amina: Client, karim: Citizen, lina: User, desk: Desk
) -> None:
    as_karim.post(f"{MANDATES}new/unable/", CHILD)
    asked = Mandate.objects.get()
    assert as_amina.get(f"{MANDATES}{asked.pk}/").status_code == 404
    as_karim.post(f"{MANDATES}{asked.pk}/give/")
    page = desk(lina).get(f"{UNIT}{asked.pk}/")
    assert "سلمى" in page.text
    assert karim.full_name in page.text
    empty = desk(lina).post(f"{UNIT}{asked.pk}/", {"what": "give"})
    assert list(empty.context["failed"].errors) == ["seen"]
    desk(lina).post(f"{UNIT}{asked.pk}/", {"what": "give", "seen": "Family book 12345, shown by the father"})
    found = Mandate.objects.get()
    assert (found.state, found.claim, found.decided_by) == ("given", "", lina)
    child = found.person
    assert child is not None
    assert (child.user, child.is_phone_proven, child.phone) == (None, False, karim.phone)
    # A second one of the same two is refused beside the number, and by the unit beside what it saw.
    again = as_karim.post(f"{MANDATES}new/unable/", CHILD)
    assert list(again.context["form"].errors) == ["national_number"]
    more = {"ground": "guardian", "asked_at": found.asked_at, "starts_at": found.asked_at, "ends_at": found.ends_at}
    second = Mandate.objects.create(representative=karim, by_unit=True, claim=asked.claim, **more)
    refused = desk(lina).post(f"{UNIT}{second.pk}/", {"what": "give", "seen": "Family book 12345, once more"})
    assert refused.context["failed"].errors == {"seen": [IN_FORCE.replace("3 February 2026", "4 January 2027")]}
    Mandate.objects.filter(pk=second.pk).update(state="ended", ended_at=found.asked_at)
    # Their telephone is the same, so that it gets one message.
    assert Message.objects.filter(template="mandate_given").count() == 1
    late = desk(lina).post(f"{UNIT}{asked.pk}/", {"what": "refuse", "reason": "The paper is not a ruling"})
    assert (late.status_code, Mandate.objects.get(pk=asked.pk).state) == (409, "given")
    assert "The paper is not a ruling" in late.text
    assert "سلمى" in as_karim.get(f"/en/cases/for/{asked.pk}/").text
    desk(lina).post(f"{UNIT}{asked.pk}/", {"what": "end", "reason": "A court decided so"})
    assert as_karim.get(f"/en/cases/for/{asked.pk}/").status_code == 403
    assert "A court decided so" in as_karim.get(f"{MANDATES}{asked.pk}/").text


def test_a_deleted_account_ends_its_mandates_and_a_copy_of_data_has_them(
    file_case: FileCase, amina: Citizen, karim: Citizen, now: datetime
) -> None:
    own, mandate = file_case(), give_mandate(amina, karim, at=now, covers_all=True, proof="Ruling 7", seen="Ruling 7")
    (copied,) = account_data(karim)["mandates"]
    assert (copied["as"], copied["ground"], copied["proof"]) == ("representative", "lawyer", "Ruling 7")
    assert amina.full_name not in str(copied)
    with transaction.atomic():
        erase_person(amina, at=now)
    mandate.refresh_from_db()
    assert (mandate.state, mandate.proof, mandate.seen) == ("ended", "", "")
    assert templates_to(karim) == ["mandate_ended"]
    assert karim.user
    assert not Case.objects.visible_to(karim.user, at=now).filter(pk=own.pk).exists()


def test_who_stays_unnamed_is_not_named_by_the_representative(
    file_case: FileCase, amina: Citizen, karim: Citizen, omar: User, lina: User, now: datetime
) -> None:
    give_mandate(amina, karim, at=now)
    text = f"وكيلها {karim.full_name} هاتف 0780004417"
    own = file_case(hides_identity=True)
    own.entered_by = karim.user
    hidden = CaseVisibility(own, knows_person(own, omar, at=now)).redact(text)
    assert karim.family_name not in hidden
    assert "0780004417" not in hidden
    assert CaseVisibility(own, knows_person(own, lina, at=now)).redact(text) == text


def test_lists_leave_the_representative_out_too_in_one_statement(
    file_case: FileCase, amina: Citizen, karim: Citizen, omar: User, lina: User, now: datetime
) -> None:
    give_mandate(amina, karim, at=now)
    cases = [file_case(hides_identity=True, subject=f"بلاغ {number} من {karim.full_name}") for number in range(2)]
    cases.append(file_case(hides_identity=True, citizen=karim, subject="انقطاع عند الجار"))
    listed = listed_cases(by_keys([case.pk for case in cases]), ["pk"])
    with CaptureQueriesContext(connection) as captured:
        with_citizens(listed)
    shown = [StaffVisibility(omar, now).subject(case) for case in listed]
    assert (len(captured), [karim.family_name in subject for subject in shown]) == (1, [False] * 3)
    assert [("بلاغ 0" in shown[0]), shown[2]] == [True, "انقطاع عند الجار"]
    assert karim.family_name in StaffVisibility(lina, now).subject(listed[0])


def test_papers_of_two_windows_are_no_more_than_five_and_none_is_lost_unsaid(
    as_karim: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_karim.post(f"{MANDATES}new/unable/", CHILD)
    papers = f"{MANDATES}{Mandate.objects.get().pk}/papers/"
    first, second = (
        [SimpleUploadedFile(f"{name}.pdf", PDF + name.encode()) for name in names] for names in ("abc", "def")
    )
    as_karim.post(papers, {"attachments": first})
    with monkeypatch.context() as window:
        window.setattr(fields, "kept_papers", lambda _mandate: [])
        answer = as_karim.post(papers, {"attachments": second})
    assert (list(answer.context["form"].errors), MandatePaper.objects.count()) == (["attachments"], 3)


def test_papers_are_seen_by_the_unit_alone_and_go_some_time_after_the_mandate(
    as_karim: Client, as_amina: Client, lina: User, omar: User, desk: Desk, now: datetime
) -> None:
    as_karim.post(f"{MANDATES}new/unable/", CHILD)
    asked = Mandate.objects.get()
    papers = f"{MANDATES}{asked.pk}/papers/"
    assert papers in as_karim.get(f"{MANDATES}{asked.pk}/").text
    assert as_amina.get(papers).status_code == 404
    assert list(as_karim.post(papers).context["form"].errors) == ["attachments"]
    bad = as_karim.post(papers, {"attachments": [SimpleUploadedFile("x.exe", b"MZ")]})
    assert (list(bad.context["form"].errors), MandatePaper.objects.count()) == (["attachments"], 0)
    files = [SimpleUploadedFile(f"ruling-{number}.pdf", PDF + bytes([number])) for number in range(4)]
    assert as_karim.post(papers, {"attachments": files}).url == f"{MANDATES}{asked.pk}/"
    more = [SimpleUploadedFile(f"more-{number}.pdf", PDF + bytes([9 + number])) for number in range(2)]
    assert list(as_karim.post(papers, {"attachments": more}).context["form"].errors) == ["attachments"]
    paper = MandatePaper.objects.select_related("attachment").order_by("pk")[0]
    seen = f"{UNIT}{asked.pk}/papers/{paper.attachment_id}/"
    assert seen in desk(lina).get(f"{UNIT}{asked.pk}/").text
    opened = desk(lina).get(seen)
    assert (opened.status_code, b"".join(opened.streaming_content)[:5]) == (200, b"%PDF-")
    assert [desk(omar).get(seen).status_code, as_karim.get(seen).status_code] == [404, 404]
    assert desk(lina).get(f"{UNIT}{asked.pk}/papers/{asked.pk}/").status_code == 404
    desk(lina).post(f"{UNIT}{asked.pk}/", {"what": "refuse", "reason": "The paper is not a ruling"})
    late = as_karim.post(papers, {"attachments": [SimpleUploadedFile("late.pdf", PDF)]}, follow=True)
    assert ("No papers were added" in late.text, MandatePaper.objects.count()) == (True, 4)
    decided = Mandate.objects.get().decided_at
    assert decided
    holds = [
        LegalHold(citizen=one, reason="r", proceedings="12", set_by=lina, set_at=now) for one in Citizen.objects.all()
    ]
    LegalHold.objects.bulk_create(holds)
    held = held_people(now.date())

    def discarded(days: int) -> int:
        return fields.discard_over(held, at=decided + timedelta(days=days))

    assert [discarded(days) for days in (30, 31)] == [0, 0]
    LegalHold.objects.update(lifted_at=now, lifted_by=lina, lift_reason="r")
    assert [discarded(days) for days in (30, 31, 32)] == [0, 4, 0]
    assert Attachment.objects.filter(prepared_by__isnull=False).count() == 0


def test_lists_searches_and_later_words_do_not_name_the_representative_either(
    file_case: FileCase, desk: Desk, amina: Citizen, karim: Citizen, omar: User, now: datetime
) -> None:
    """Whoever spoke once signs anywhere: in the subject, in the text, in what they add to a case of her own."""
    give_mandate(amina, karim, at=now, covers_all=True)
    subject, details = f"شكوى بقلم {karim.full_name}", f"يوقع عنها {karim.full_name} والنافورة مكسورة."
    hidden = file_case(hides_identity=True, subject=subject, details=details)
    assert karim.user
    add(hidden, by=karim.user, at=now, text=f"أنا {karim.full_name} وأضيف صورة.")
    client = desk(omar)
    case_page = client.get(f"/en/staff/cases/{hidden.reference}/").text
    pages = [client.get("/en/staff/queue/").text, case_page, client.get("/en/staff/queue/?q=النافورة").text]
    assert [karim.family_name in page for page in pages] == [False, False, False]
    spoken_of = [hidden.subject.split()[1] in page for page in pages]
    assert spoken_of == [True, True, True]
    by_name = client.get("/en/staff/queue/", {"q": karim.family_name}).context["rows"]
    assert by_name == []
