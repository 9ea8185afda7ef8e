"""A call from the number that rings to the number that is read out: found, proven, written down, read back, filed."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, IdentityView, User
from accounts.registration.register import RegistrationData, complete
from accounts.roles import Role
from accounts.sign_in.factors import FACTOR_AT
from agencies.models import Agency, City, Governorate, KnownProblem, Topic
from complaints.contact_centre import contacts
from complaints.escalation.expiry import end_contacts
from complaints.models import CentreContact, Draft
from complaints.retention.erasing import erase_person
from notifications.models import Message
from tests.cast import make_staff
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, statements_of
from tests.complaints.sample_files import PDF, upload
from tests.complaints.threads import overtaken

NEW = "/en/staff/calls/new/"
DAY = timedelta(days=1)
DETAILS = "تسرب ماء قوي من الخط الرئيسي أمام المدرسة منذ أسبوع."


def ring(client: Client, phone: str = "0790001234") -> CentreContact:
    """Let the telephony system open the page, and return the contact."""
    assert client.get(NEW, {"phone": phone}).status_code == 302
    return CentreContact.objects.filter(ended_at=None).latest("started_at")


def at(name: str, contact: CentreContact, **more: object) -> str:
    return reverse(name, kwargs={"contact": contact.pk, **more})


def proven(client: Client, contact: CentreContact, answer: str = "3456") -> CentreContact:
    assert client.post(at("call-person", contact), {"answer": answer}).url == at("call-file", contact)
    contact.refresh_from_db()
    return contact


def typed(topic: Topic, agency: Agency, **more: object) -> dict[str, object]:
    return {"kind": "complaint", "details": DETAILS, "agency": agency.code, "topic": topic.code, **more}


def test_contacts_that_are_still_open_are_listed_the_newest_first(desk: Desk, sami: User, clock: Clock) -> None:
    for minutes in (20, 50, 10):
        CentreContact.objects.create(agent=sami, started_at=clock.at - timedelta(minutes=minutes))
    listed = desk(sami).get(NEW).context["open_contacts"]
    assert [clock.at - one.started_at for one in listed] == [timedelta(minutes=each) for each in (10, 20, 50)]


@pytest.mark.usefixtures("omar")
def test_a_known_caller_files_and_finds_the_case(
    desk: Desk, sami: User, amina: Citizen, leak: Topic, water: Agency, clock: Clock
) -> None:
    client = desk(sami)
    contact = ring(client)
    assert (contact.citizen, contact.phone, contact.is_proven) == (amina, "+962790001234", False)
    assert ring(client) == contact  # the same call, opened twice
    page = client.get(at("call-file", contact))
    assert page.url == at("call-person", contact)
    proven(client, contact)
    answer = client.post(at("call-file", contact), typed(leak, water))
    assert answer.url == at("call-read-back", contact), answer.context["page"].case.errors
    text = client.get(answer.url).content.decode()
    assert [words in text for words in (DETAILS, leak.name_en, water.name_en, "079 ••• ••34")] == [True] * 4
    contact.refresh_from_db()
    draft = Draft.objects.get(pk=str(contact.draft))
    sent = {"seen": draft.updated_at.isoformat()}
    saved = at("call-saved", contact)
    assert client.post(answer.url, sent).url == saved
    assert client.post(answer.url, sent).url == saved  # the second press
    case = amina.cases.get()
    assert (case.channel, case.entered_by, case.agency, case.state) == ("phone", sami, water, "referred")
    contact.refresh_from_db()
    assert (contact.result, contact.reference, contact.phone, contact.ended_at) == (
        "filed",
        case.reference,
        None,
        clock(),
    )
    assert f"{case.reference[:2]} {case.reference[2:6]} {case.reference[6:]}" in client.get(saved).content.decode()
    message = Message.objects.get(recipient=f"citizen:{amina.pk}", template="case_filed_by_phone")
    assert not message.daytime  # while the caller is on the line, at any hour
    views = IdentityView.objects.filter(citizen=amina, viewer=sami).values_list("kind", flat=True)
    assert set(views) == {"search", "caller"}


def test_the_agent_is_offered_known_problems_of_the_place_that_the_caller_names_alone(
    desk: Desk, sami: User, amina: Citizen, leak: Topic, water: Agency, amman: Governorate, clock: Clock
) -> None:
    for name, code in (("صويلح", "sweileh"), ("خلدا", "khalda")):
        place = City.objects.create(governorate=amman, code=code, level="gam_area", name_ar=name, name_en=code)
        span = {"starts_at": clock() - DAY, "ends_at": clock() + DAY, "published_at": clock(), "changed_at": clock()}
        words = {"text_ar": f"انكسر خط في {name}.", "text_en": f"A pipe in {code} broke."}
        KnownProblem.objects.create(agency=water, topic=leak, governorate=amman, city=place, **span, **words)
    client = desk(sami)
    contact = proven(client, ring(client))
    said = {"kind": "complaint", "details": f"{leak.name_ar} منذ أسبوع في خلدا قرب المسجد."}
    page = client.post(at("call-file", contact), said, follow=True)
    shown = ["A pipe in sweileh broke." in page.text, "A pipe in khalda broke." in page.text]
    assert (shown, "Is this the caller" in page.text, "Is this your problem" in page.text) == (
        [False, True],
        True,
        False,
    )


def test_nothing_is_written_for_a_person_whose_account_is_deleted_during_the_call(
    desk: Desk, sami: User, amina: Citizen, leak: Topic, water: Agency, clock: Clock
) -> None:
    client = desk(sami)
    contact = proven(client, ring(client))
    client.post(at("call-file", contact), typed(leak, water))
    assert Draft.objects.filter(citizen=amina).exists()
    with transaction.atomic():
        erase_person(amina, at=clock())
    answer = client.post(at("call-file", contact), typed(leak, water))
    assert (answer.status_code, answer.url) == (302, at("call-person", contact))
    assert not Draft.objects.exists()
    contact.refresh_from_db()
    assert (contact.citizen, contact.phone, contact.ended_at) == (None, None, None)


def test_wrong_answers_let_the_person_go_and_are_counted(desk: Desk, sami: User, amina: Citizen, clock: Clock) -> None:
    client = desk(sami)
    for number in range(2):
        clock.pass_(minutes=11)
        contact = ring(client)
        for _ in range(2):
            page = client.post(at("call-person", contact), {"answer": "0000"})
            assert "answer" in page.context["form"].errors
        assert client.get(at("call-file", contact)).url == at("call-person", contact)
        client.post(at("call-person", contact), {"answer": "0000"})
        contact.refresh_from_db()
        assert (contact.citizen, contact.proven_at, number in {0, 1}) == (None, None, True)
        assert client.get(at("call-person", contact)).url == at("call-register", contact)
    clock.pass_(minutes=11)
    contact = ring(client)  # the limit of the day holds, also for the right answer
    page = client.post(at("call-person", contact), {"answer": "3456"}, follow=True)
    assert "Too many wrong answers" in page.content.decode()
    contact.refresh_from_db()
    assert not contact.is_proven
    assert not Draft.objects.exists()


def test_a_contact_is_its_agents_alone_and_nobody_serves_themselves(
    desk: Desk, sami: User, amina: Citizen, ncc: Agency
) -> None:
    contact = ring(desk(sami))
    other = make_staff("maha@ncc.example", "مها", "Maha", "+962790100055", ncc, Role.AGENT)
    addresses = ("call-person", "call-file", "call-read-back", "call-register", "call-saved", "call-end", "call-join")
    assert {desk(other).get(at(name, contact)).status_code for name in addresses} == {404}
    other.person = amina
    other.save(update_fields=["person"])
    page = desk(other).get(NEW, {"phone": "0790001234"}, follow=True).content.decode()
    assert amina.first_name not in page


@pytest.mark.parametrize("typed_", ["9902103456", "أمينة الخطيب"], ids=["number", "name"])
def test_a_person_is_found_by_number_and_by_name(desk: Desk, sami: User, amina: Citizen, typed_: str) -> None:
    client = desk(sami)
    client.post(NEW, {"q": typed_, "channel": "visit"})
    contact = CentreContact.objects.get()
    assert (contact.citizen, contact.channel) == (amina, "visit")
    proven(client, contact, answer="1234" if typed_[0] == "9" else "3456")


SAID = {
    "citizenship": "national",
    "national_number": "9782006138",
    "first_name": "رنا",
    "father_name": "خليل",
    "grandfather_name": "إبراهيم",
    "family_name": "العبادي",
    "birth_date_day": "14",
    "birth_date_month": "6",
    "birth_date_year": "1978",
    "mobile": "0791112233",
    "country": "JO",
}


def registered(client: Client, **said: str) -> CentreContact:
    contact = ring(client, "0791112233")
    answer = client.post(at("call-register", contact), SAID | said)
    assert answer.status_code == 302, answer.context["form"].errors
    contact.refresh_from_db()
    return contact


def rana(**said: object) -> RegistrationData:
    values: dict[str, object] = {
        "number_kind": "national",
        "nationality": "JO",
        "number": "9782006138",
        "birth_date": date(1978, 6, 14),
        "mobile": "+962791112233",
        "email": "",
        "country": "JO",
        "governorate": "",
        "city": "عمّان",
        "address": "شارع 9",
        "password_hash": "!",
        "policy_version": "1",
        "language": "ar",
        **{name: SAID[name] for name in ("first_name", "father_name", "grandfather_name", "family_name")},
    }
    return RegistrationData(**(values | said))


@pytest.mark.usefixtures("water")
def test_somebody_registered_on_the_spot_finds_the_case_after_registering(desk: Desk, sami: User, clock: Clock) -> None:
    contact = registered(desk(sami))
    caller = contact.citizen
    assert caller is not None
    assert (caller.user, caller.identity, caller.is_phone_proven, contact.proof) == (None, "matched", False, "")
    user = complete(rana(), address="10.0.0.1", at=clock())
    caller.refresh_from_db()
    assert (caller.user, caller.is_phone_proven, Citizen.objects.count()) == (user, True, 1)


@pytest.mark.usefixtures("water")
def test_a_record_without_an_account_gives_way_to_whoever_proves_another_telephone(
    desk: Desk, sami: User, clock: Clock
) -> None:
    caller = registered(desk(sami)).citizen
    user = complete(rana(mobile="+962795556677"), address="10.0.0.1", at=clock())
    owner = Citizen.objects.get(user=user)
    assert caller is not None
    caller.refresh_from_db()
    assert (owner.identity, owner.conflicts_with) == ("matched", None)
    assert (caller.identity, caller.conflicts_with, caller.user) == ("pending", owner, None)


@pytest.mark.usefixtures("water")
def test_whom_the_register_does_not_confirm_is_registered_with_a_proof(desk: Desk, sami: User) -> None:
    client = desk(sami)
    contact = ring(client, "0791112233")
    wrong = SAID | {"birth_date_year": "1979"}
    page = client.post(at("call-register", contact), wrong)
    assert (list(page.context["form"].errors), Citizen.objects.count()) == (["proof"], 0)
    assert "The register has different details" in page.content.decode()
    proof = "بطاقة الأحوال المدنية على الشباك"
    assert client.post(at("call-register", contact), wrong | {"proof": proof}).status_code == 302
    contact.refresh_from_db()
    assert contact.citizen is not None
    assert (contact.citizen.identity, contact.proof, contact.is_proven) == ("mismatched", proof, True)


@pytest.mark.usefixtures("omar")
def test_what_is_missing_is_asked_and_a_changed_draft_is_read_back_again(
    desk: Desk, sami: User, amina: Citizen, leak: Topic, water: Agency
) -> None:
    client = desk(sami)
    contact = proven(client, ring(client))
    page = client.post(at("call-file", contact), {"kind": "complaint", "details": DETAILS}, follow=True)
    assert page.redirect_chain[-1][0] == at("call-file", contact)
    assert "the agency and the topic" in page.content.decode()
    assert client.get(at("call-read-back", contact)).url == at("call-file", contact)
    client.post(at("call-file", contact), typed(leak, water))
    stale = client.post(at("call-read-back", contact), {"seen": "2026-01-01"})
    assert (stale.status_code, "has changed since you read it" in stale.content.decode()) == (409, True)
    assert not amina.cases.exists()
    assert client.post(at("call-end", contact)).url == NEW  # the call drops
    contact.refresh_from_db()
    assert contact.result == "dropped"
    again = proven(client, ring(client))
    text = client.get(at("call-file", again)).content.decode()
    assert "Calls that were cut off" in text
    client.post(at("call-take-up", again), {"draft": str(contact.draft)})
    assert DETAILS in client.get(at("call-file", again)).content.decode()


def test_the_page_costs_the_same_for_one_case_and_for_three(
    desk: Desk, sami: User, amina: Citizen, file_case: FileCase
) -> None:
    file_case()
    client = desk(sami)
    contact = proven(client, ring(client))
    once = statements_of(client, at("call-file", contact))
    for number in range(2):
        file_case(subject=f"شكوى {number}")
    assert statements_of(client, at("call-file", contact)) == once


def test_a_letter_takes_its_scan_along_and_says_how_it_came(
    desk: Desk, sami: User, amina: Citizen, leak: Topic, water: Agency, omar: User, media: object
) -> None:
    client = desk(sami)
    client.post(NEW, {"q": "0790001234", "channel": "letter"})
    contact = proven(client, CentreContact.objects.get())
    client.post(at("call-file", contact), typed(leak, water, attachments=[upload("letter.pdf", PDF)]))
    draft = Draft.objects.get(citizen=amina)
    client.post(at("call-read-back", contact), {"seen": draft.updated_at.isoformat()})
    case = amina.cases.get()
    assert (case.channel, [one.name for one in case.attachments.all()]) == ("letter", ["letter.pdf"])
    page = desk(omar).get(reverse("desk-case", args=[case.reference])).content.decode()
    assert "Contacts with the contact centre" in page


def test_what_nobody_ends_ends_by_itself_and_keeps_no_number(
    desk: Desk, sami: User, amina: Citizen, clock: Clock
) -> None:
    contact = ring(desk(sami))
    assert end_contacts(at=clock()) == 0
    assert end_contacts(at=clock.pass_(hours=3)) == 1
    contact.refresh_from_db()
    assert (contact.phone, contact.result, contact.ended_at) == (None, "nothing", contact.started_at)


def test_what_was_typed_in_a_contact_that_another_window_ended_is_shown_a_last_time(
    desk: Desk, sami: User, amina: Citizen, leak: Topic, water: Agency
) -> None:
    client = desk(sami)
    contact = proven(client, ring(client))
    key = client.get(at("call-file", contact)).content.decode().partition('name="form_key" value="')[2][:36]
    assert client.post(at("call-end", contact)).status_code == 302
    late = client.post(at("call-file", contact), typed(leak, water, form_key=key), follow=True)
    assert (late.status_code, DETAILS in late.content.decode()) == (200, True)


def test_a_caller_is_found_with_a_second_factor_of_this_shift(desk: Desk, sami: User, amina: Citizen) -> None:
    """Four hours after it neither the telephony system nor the form finds anybody, and nothing is recorded."""
    client = desk(sami)
    session = client.session
    session[FACTOR_AT] -= 4 * 60 * 60 - 60
    session.save()
    ring(client)
    session[FACTOR_AT] -= 120
    session.save()
    looks = IdentityView.objects.count()
    for answer in (client.get(NEW, {"phone": "0790001234"}), client.post(NEW, {"q": amina.full_name})):
        assert answer.url == reverse("staff-confirm")
    assert (IdentityView.objects.count(), CentreContact.objects.count()) == (looks, 1)


def test_an_answer_proves_whom_it_was_asked_about_and_nobody_chosen_in_another_window(
    sami: User, amina: Citizen, karim: Citizen, clock: Clock
) -> None:
    found = {"channel": "phone", "found_by": "phone", "people": [amina, karim], "phone": "", "at": clock()}
    contact = contacts.begin(sami, **found)
    stale = CentreContact.objects.get(pk=contact.pk)

    def prove_amina() -> None:
        contacts.take_person(contact, amina, at=clock())
        contacts.prove(contact, str(amina.number)[-4:], at=clock())

    with overtaken(prove_amina, before='"complaints_centrecontact"'):
        contacts.take_person(stale, karim, at=clock())
    contact.refresh_from_db()
    assert (contact.citizen, stale.citizen, contact.is_proven) == (amina, amina, True)
    assert not IdentityView.objects.filter(citizen=karim).exists()


def test_a_person_who_is_let_go_meanwhile_is_not_proven(
    sami: User, amina: Citizen, karim: Citizen, clock: Clock
) -> None:
    contact = contacts.begin(sami, channel="phone", found_by="phone", people=[amina], phone="", at=clock())
    stale = CentreContact.objects.get(pk=contact.pk)

    def change_person() -> None:
        contacts.let_go(contact)
        contacts.take_person(contact, karim, at=clock())

    with overtaken(change_person, before='"complaints_centrecontact"'):
        contacts.prove(stale, str(amina.number)[-4:], at=clock())
    contact.refresh_from_db()
    assert (contact.citizen, contact.is_proven, stale.is_proven) == (karim, False, False)


def test_wrong_answers_of_two_windows_count_twice(sami: User, amina: Citizen, clock: Clock) -> None:
    contact = contacts.begin(sami, channel="phone", found_by="phone", people=[amina], phone="", at=clock())
    for one in [CentreContact.objects.get(pk=contact.pk) for _ in range(2)]:
        with pytest.raises(contacts.NotTheirs):
            contacts.prove(one, "0000", at=clock())
    contact.refresh_from_db()
    assert contact.wrong_answers == 2
