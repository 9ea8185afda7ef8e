"""The desk for identities: what the unit sees and decides, what is recorded, and two people at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import privacy
from accounts.contact import citizen_key
from accounts.identity import desk as decisions
from accounts.identity.desk import Outdated, Refused, identity_version
from accounts.models import (
    Citizen,
    Identity,
    IdentityDecision,
    IdentityView,
    RequestKind,
    RequestState,
    User,
)
from complaints.models import Draft
from notifications.models import Message
from tests.cast import make_citizen
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk
from tests.complaints.threads import at_once
from tests.prepared_rows import prepared

REASON = "رأينا البطاقة الأصلية على شباكنا"


@pytest.fixture
@prepared
def wrong(amina: Citizen) -> Citizen:
    """Amina, whose birth date was typed wrong."""
    amina.identity = Identity.MISMATCHED
    amina.birth_date = date(1990, 3, 28)
    amina.save(update_fields=["identity", "birth_date"])
    return amina


def page(name: str, citizen: Citizen) -> str:
    return reverse(name, kwargs={"pk": citizen.pk})


def post(browser, name: str, citizen: Citizen, **typed: object):
    fresh = {"version": identity_version(Citizen.objects.get(pk=citizen.pk)), "reason": REASON}
    return browser.post(page(name, citizen), fresh | typed)


def told(citizen: Citizen) -> list[str]:
    messages = Message.objects.filter(recipient=citizen_key(citizen.pk), template__startswith="identity")
    return list(messages.values_list("template", flat=True))


def test_the_list_shows_who_waits_and_costs_the_same_for_one_and_three(
    desk: Desk, lina: User, wrong: Citizen, file_case: FileCase
) -> None:
    browser = desk(lina)
    shown = browser.get(reverse("identities")).content.decode()
    assert all(text in shown for text in (wrong.full_name, wrong.masked_number, "Do not match"))
    assert wrong.number not in shown
    with CaptureQueriesContext(connection) as one:
        browser.get(reverse("identities"))
    for number in ("9902103457", "9902103458"):
        make_citizen("سعاد", "الخطيب", number, f"+9627{number[2:]}", identity=Identity.MISMATCHED)
    with CaptureQueriesContext(connection) as three:
        assert len(browser.get(reverse("identities")).context["page"].people) == 3
    assert len(one) == len(three)
    assert browser.get(reverse("identities"), {"view": "pending", "after": "x"}).status_code == 200


def test_a_person_is_shown_beside_the_register_and_who_looked_is_recorded(
    desk: Desk, lina: User, omar: User, wrong: Citizen, now: datetime
) -> None:
    decisions.check_again(wrong.pk, by=lina, seen=identity_version(wrong), at=now)
    shown = desk(lina).get(page("identity", wrong)).content.decode()
    assert all(text in shown for text in (wrong.number, "the same in the register", "different in the register"))
    view = IdentityView.objects.get()
    assert (view.viewer, view.citizen, view.fields) == (lina, wrong, ["birth_date", "number", "phone"])
    assert desk(omar).get(page("identity", wrong)).status_code == 404
    # Whoever never was at the desk is not opened there.
    other = make_citizen("سعاد", "الخطيب", "9902103457", "+962790009998")
    assert desk(lina).get(page("identity", other)).status_code == 404


def test_officers_see_the_mark_and_not_the_reason(
    desk: Desk, omar: User, lina: User, wrong: Citizen, file_case: FileCase
) -> None:
    case = file_case()
    for url in (reverse("queue"), reverse("desk-case", kwargs={"ref": case.reference})):
        shown = desk(omar).get(url).content.decode()
        assert ("Identity not confirmed yet" in shown, "register" in shown) == (True, False)
    assert (
        page("identity", wrong) in desk(lina).get(reverse("desk-case", kwargs={"ref": case.reference})).content.decode()
    )
    Citizen.objects.filter(pk=wrong.pk).update(identity=Identity.MATCHED)
    assert "Identity not confirmed yet" not in desk(omar).get(reverse("queue")).content.decode()


def test_proof_confirms_and_the_second_press_is_told_who_was_first(desk: Desk, lina: User, wrong: Citizen) -> None:
    browser, seen = desk(lina), identity_version(wrong)
    short = post(browser, "identity-confirm", wrong, reason="x")
    assert (short.status_code, IdentityDecision.objects.count()) == (200, 0)
    first = post(browser, "identity-confirm", wrong)
    second = post(browser, "identity-confirm", wrong, version=seen)
    assert (first.status_code, second.status_code) == (302, 409)
    assert all(text in second.content.decode() for text in ("Lina", REASON))
    wrong.refresh_from_db()
    decision = IdentityDecision.objects.get()
    assert (wrong.identity, decision.by, decision.kind, decision.reason) == ("matched", lina, "confirmed", REASON)
    assert told(wrong) == ["identity_confirmed"]
    for change in (lambda: IdentityDecision.objects.update(reason="x"), IdentityDecision.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_number_with_another_owner_is_not_confirmed_twice(desk: Desk, lina: User, wrong: Citizen) -> None:
    make_citizen("أمينة", "الخطيب", wrong.number, "+962790009999")
    refused = post(desk(lina), "identity-confirm", wrong)
    assert "Another record has proven this number" in refused.content.decode()
    wrong.refresh_from_db()
    assert (wrong.identity, IdentityDecision.objects.count()) == (Identity.MISMATCHED, 0)


def test_corrected_details_are_checked_and_match(desk: Desk, lina: User, wrong: Citizen) -> None:
    browser = desk(lina)
    assert wrong.number in browser.get(page("identity-correct", wrong)).content.decode()
    right = {
        "citizenship": "national", "national_number": wrong.number, "first_name": wrong.first_name,
        "father_name": wrong.father_name, "grandfather_name": wrong.grandfather_name, "family_name": wrong.family_name,
        "birth_date_day": "27", "birth_date_month": "3", "birth_date_year": "1990",
    }  # fmt: skip
    answer = post(browser, "identity-correct", wrong, **right)
    assert answer.status_code == 302, answer.context["form"].errors
    assert IdentityDecision.objects.get().fields == ["birth_date"]
    assert (
        "match the register"
        in browser.post(
            page("identity-check", wrong), {"version": identity_version(Citizen.objects.get(pk=wrong.pk))}, follow=True
        ).content.decode()
    )
    wrong.refresh_from_db()
    assert (wrong.identity, wrong.birth_date, told(wrong)) == ("matched", date(1990, 3, 27), ["identity_confirmed"])
    assert [one["number"] for one in wrong.earlier_data] == [wrong.number]
    # Nothing that was asked before counts any more.
    assert browser.post(page("identity-check", wrong), {"version": "old"}).status_code == 409


def test_a_rejected_person_reads_why_and_keeps_their_cases(
    desk: Desk, lina: User, wrong: Citizen, file_case: FileCase
) -> None:
    case = file_case()
    assert post(desk(lina), "identity-reject", wrong).status_code == 302
    shown = desk(wrong).get(reverse("account")).content.decode()
    assert (REASON in shown, told(wrong)) == (True, ["identity_rejected"])
    case.refresh_from_db()
    assert (case.citizen, case.state) == (wrong, "referred")


def test_merging_moves_cases_drafts_messages_and_ends_the_account(
    desk: Desk, client, lina: User, omar: User, wrong: Citizen, file_case: FileCase, now: datetime
) -> None:
    case = file_case()
    owner = make_citizen("أمينة", "الخطيب", wrong.number, "+962790009999", created_at=now + timedelta(days=1))
    User.objects.filter(pk=omar.pk).update(person=wrong)
    Draft.objects.create(citizen=wrong, kind="praise", updated_at=now)
    Draft.objects.create(citizen=wrong, kind="inquiry", updated_at=now)
    Draft.objects.create(citizen=owner, kind="inquiry", updated_at=now)
    lost, unit = desk(wrong), desk(lina)
    assert lost.get(reverse("account")).status_code == 200
    choice = f"{owner.pk}/{identity_version(owner)}"
    assert choice in unit.get(page("identity-merge", wrong)).content.decode()
    assert post(unit, "identity-merge", wrong, other=choice).status_code == 302
    case.refresh_from_db()
    omar.refresh_from_db()
    wrong.refresh_from_db()
    assert (case.citizen, omar.person, wrong.merged_into, wrong.identity) == (owner, owner, owner, "merged")
    assert sorted(owner.drafts.values_list("kind", flat=True)) == ["inquiry", "inquiry", "praise"]
    waiting = Message.objects.filter(reference=case.reference, recipient=citizen_key(owner.pk))
    assert {message.address for message in waiting} == {owner.phone}
    assert not Message.objects.filter(recipient=citizen_key(wrong.pk)).exists()
    assert told(owner) == ["identity_merged"]
    assert wrong.phone in {one["phone"] for one in Citizen.objects.get(pk=owner.pk).earlier_data}
    # The lost record neither stays signed in nor signs in; the other one does, with its own password.
    assert lost.get(reverse("account")).status_code == 302
    assert list(Citizen.objects.signing_in_with(owner.number)) == [owner]
    assert post(unit, "identity-merge", wrong, other=choice).status_code == 409


def test_an_account_follows_to_a_record_without_one(lina: User, wrong: Citizen, now: datetime) -> None:
    called = make_citizen("أمينة", "الخطيب", "9902103459", wrong.phone, identity=Identity.PENDING)
    User.objects.filter(citizen=called).update(is_active=False)
    Citizen.objects.filter(pk=called.pk).update(user=None)
    called.refresh_from_db()
    decisions.merge(
        wrong.pk,
        called.pk,
        by=lina,
        reason=REASON,
        seen=identity_version(wrong),
        seen_other=identity_version(called),
        at=now,
    )
    called.refresh_from_db()
    assert (called.user, called.user.is_active) == (wrong.user, True)


def test_two_proven_people_are_never_one(lina: User, amina: Citizen, karim: Citizen, now: datetime) -> None:
    with pytest.raises(Outdated):
        decisions.merge(
            amina.pk,
            karim.pk,
            by=lina,
            reason=REASON,
            seen=identity_version(amina),
            seen_other=identity_version(karim),
            at=now,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Citizen.objects.filter(pk=amina.pk).update(identity=Identity.MERGED, merged_into=karim)


def test_nobody_decides_about_themselves(lina: User, wrong: Citizen, now: datetime) -> None:
    User.objects.filter(pk=lina.pk).update(person=wrong)
    lina.refresh_from_db()
    with pytest.raises(Refused) as refused:
        decisions.confirm(wrong.pk, by=lina, proof=REASON, seen=identity_version(wrong), at=now)
    assert refused.value.sentence == decisions.OWN_RECORD


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_once_one_wins(lina: User, wrong: Citizen, now: datetime) -> None:
    seen = identity_version(wrong)

    def press(decide: Callable[..., object], **words: str) -> Callable[[], object]:
        return lambda: decide(wrong.pk, by=lina, seen=seen, at=now, **words)

    results = at_once(press(decisions.confirm, proof=REASON), press(decisions.reject, reason=REASON))
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Outdated"]
    assert IdentityDecision.objects.count() == 1


def test_a_granted_correction_opens_the_record_and_is_carried_out_by_its_correction(
    desk: Desk, lina: User, amina: Citizen, now: datetime
) -> None:
    """Amina is proven: nothing of her record can be changed but for her granted request, and the register is asked."""
    browser = desk(lina)
    typed = {"citizenship": "national", "national_number": amina.number}
    typed |= {"birth_date_day": "28", "birth_date_month": "3", "birth_date_year": "1990"}
    typed |= {
        "birth_date_month": "3",
        "birth_date_year": "1990",
        "first_name": amina.first_name,
        "father_name": amina.father_name or "محمد",
    }
    typed |= {"grandfather_name": amina.grandfather_name or "سالم", "family_name": "الحوراني"}
    assert post(browser, "identity-correct", amina, **typed).status_code == 404
    asked = privacy.ask(amina, RequestKind.CORRECTION, text="اسم عائلتي تغير", at=now)
    url = reverse("privacy-request", args=[asked.pk])
    granted = browser.post(url, {"state": "granted", "reason": "رأينا وثيقة تغيير الاسم"})
    assert (granted.status_code, granted["Location"]) == (302, page("identity", amina))
    shown = browser.get(page("identity", amina)).content.decode()
    assert ("اسم عائلتي تغير" in shown, page("identity-correct", amina) in shown) == (True, True)
    assert asked in browser.get(reverse("privacy-requests")).context["to_correct"]
    assert post(browser, "identity-correct", amina, **typed).status_code == 302
    amina.refresh_from_db()
    asked.refresh_from_db()
    made = IdentityDecision.objects.get(kind="corrected")
    assert (amina.family_name, amina.identity, amina.recheck_at) == ("الحوراني", Identity.PENDING, made.at)
    assert (asked.correction, asked.done_at) == (made, made.at)
    assert "Carried out on" in browser.get(url).content.decode()
    assert browser.post(url, {"done": "1"}).status_code == 302
    asked.refresh_from_db()
    assert asked.correction == made


def test_a_correction_made_elsewhere_is_marked_so_once(desk: Desk, lina: User, amina: Citizen, now: datetime) -> None:
    asked = privacy.ask(amina, RequestKind.CORRECTION, text="الشارع في طلبي خطأ", at=now)
    url = reverse("privacy-request", args=[asked.pk])
    assert privacy.mark_done(asked.pk, at=now) is False, "it is not granted"
    privacy.decide(asked.pk, RequestState.GRANTED, reason="نصححه", by=lina, at=now)
    browser = desk(lina)
    assert "It is corrected elsewhere" in browser.get(url).content.decode()
    browser.post(url, {"done": "1"})
    asked.refresh_from_db()
    assert (asked.done_at, asked.correction, privacy.mark_done(asked.pk, at=now)) == (asked.done_at, None, False)
    assert asked.done_at is not None
