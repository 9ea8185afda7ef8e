"""Roles are given by one person, or by two where whoever has them sees every case."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Absence, Membership, Outcome, StaffChange, User, cmu_staff
from accounts.roles import PROTECTED, Role
from accounts.staff import memberships
from accounts.staff.memberships import (
    AlreadyDecided,
    AlreadyHeld,
    AlreadyProposed,
    ChangeNotAllowed,
    ChangeOutdated,
    NobodyLeft,
    RoleTerms,
    consent,
    end,
    propose,
    refuse,
)
from agencies.models import Agency
from notifications.models import Message
from tests.complaints.threads import Overlap

TODAY = date(2026, 1, 4)


def told() -> list[tuple[str, str]]:
    return sorted(Message.objects.values_list("template", "recipient"))


@pytest.fixture
def as_head(cmu: Agency) -> RoleTerms:
    return RoleTerms(Role.CMU_HEAD, cmu, TODAY)


def held(user: User) -> set[str]:
    return set(user.memberships.values_list("role", flat=True))


def test_a_role_in_an_agency_takes_one_person_and_is_told(omar: User, lina: User, gam: Agency, now: datetime) -> None:
    change = propose(omar, RoleTerms(Role.SUPERVISOR, gam, TODAY), by=lina, at=now)
    assert (change.outcome, change.proposed_by, change.decided_by) == (Outcome.DONE, lina, lina)
    assert (change.membership.starts_on, held(omar)) == (TODAY, {"officer", "supervisor"})
    assert told() == [("staff_role_given", f"user:{omar.pk}")]
    with pytest.raises(AlreadyHeld):
        propose(omar, RoleTerms(Role.SUPERVISOR, gam, TODAY), by=lina, at=now)


def test_a_role_of_the_unit_takes_two_people(
    omar: User, lina: User, huda: User, as_head: RoleTerms, now: datetime
) -> None:
    change = propose(omar, as_head, by=huda, at=now)
    assert (change.outcome, held(omar), told()) == (Outcome.PENDING, {"officer"}, [])
    with pytest.raises(AlreadyProposed):
        propose(omar, as_head, by=lina, at=now)
    for person in (huda, omar):
        with pytest.raises(ChangeNotAllowed):
            consent(change.pk, by=person, at=now)
    later = now + timedelta(days=2)
    done = consent(change.pk, by=lina, at=later)
    assert (done.decided_by, done.decided_at, done.membership.starts_on) == (lina, later, later.date())
    assert (held(omar), told()) == ({"officer", "cmu_head"}, [("staff_role_given", f"user:{omar.pk}")])
    with pytest.raises(AlreadyDecided):
        consent(change.pk, by=lina, at=later)


def test_nobody_gives_a_role_to_themselves(huda: User, lina: User, as_head: RoleTerms, gam: Agency, now) -> None:
    for person, terms in ((huda, as_head), (lina, as_head), (lina, RoleTerms(Role.OFFICER, gam, TODAY))):
        with pytest.raises(ChangeNotAllowed):
            propose(person, terms, by=person, at=now)
        with pytest.raises(ChangeNotAllowed):
            end(person.memberships.get(), last_day=TODAY, by=person, at=now)


def test_who_manages_nobody_gives_nothing_and_an_operator_no_role_in_an_agency(
    omar: User, nadia: User, yusuf: User, rana: User, huda: User, as_head: RoleTerms, now: datetime
) -> None:
    for person in (nadia, yusuf, rana, huda):
        with pytest.raises(ChangeNotAllowed):
            propose(omar, RoleTerms(Role.SUPERVISOR, nadia.memberships.get().agency, TODAY), by=person, at=now)
    change = propose(omar, as_head, by=huda, at=now)
    for person in (nadia, yusuf, rana):
        for decide in (consent, refuse):
            with pytest.raises(ChangeNotAllowed):
                decide(change.pk, by=person, at=now)


def test_a_proposal_is_refused_taken_back_or_goes_out_of_date(
    omar: User, yusuf: User, lina: User, huda: User, reem: User, as_head: RoleTerms, now: datetime
) -> None:
    assert refuse(propose(omar, as_head, by=huda, at=now).pk, by=lina, at=now).outcome == Outcome.REFUSED
    assert refuse(propose(omar, as_head, by=huda, at=now).pk, by=huda, at=now).outcome == Outcome.REFUSED
    short = propose(omar, RoleTerms(Role.AUDITOR, as_head.agency, TODAY, TODAY), by=huda, at=now)
    left = propose(yusuf, as_head, by=huda, at=now)
    with pytest.raises(ChangeOutdated):
        consent(short.pk, by=lina, at=now + timedelta(days=1))
    Membership.objects.filter(user=huda).update(ends_on=TODAY - timedelta(days=1))
    with pytest.raises(ChangeOutdated):
        consent(left.pk, by=reem, at=now)
    assert (held(omar), held(yusuf)) == ({"officer"}, {"officer"})


def test_a_role_ends_with_a_day_and_the_last_two_managers_stay(
    omar: User, lina: User, huda: User, reem: User, now: datetime
) -> None:
    role = omar.memberships.get()
    end(role, last_day=TODAY, by=lina, at=now)
    role.refresh_from_db()
    assert (role.ends_on, told()) == (TODAY, [("staff_role_ended", f"user:{omar.pk}")])
    with pytest.raises(AlreadyDecided):
        end(role, last_day=TODAY, by=lina, at=now)
    end(reem.memberships.get(), last_day=TODAY, by=lina, at=now)
    with pytest.raises(NobodyLeft):
        end(huda.memberships.get(), last_day=TODAY, by=lina, at=now)
    with pytest.raises(NobodyLeft):
        memberships.close(huda, by=lina, at=now + timedelta(days=1))
    assert StaffChange.objects.filter(kind="role_ended").count() == 2


def test_a_role_that_has_not_begun_is_removed(omar: User, lina: User, gam: Agency, now: datetime) -> None:
    change = propose(omar, RoleTerms(Role.OFFICER, gam, TODAY + timedelta(days=9)), by=lina, at=now)
    end(change.membership, last_day=TODAY, by=lina, at=now)
    assert omar.memberships.filter(agency=gam).exists() is False


def test_an_account_is_closed_by_one_and_one_of_the_unit_reopened_by_two(
    omar: User, lina: User, huda: User, reem: User, now: datetime
) -> None:
    for person in (omar, reem):
        memberships.close(person, by=lina, at=now)
        assert User.objects.get(pk=person.pk).is_active is False
    assert memberships.reopen(omar, by=lina, at=now).outcome == Outcome.DONE
    change = memberships.reopen(reem, by=lina, at=now)
    assert (change.outcome, User.objects.get(pk=reem.pk).is_active) == (Outcome.PENDING, False)
    with pytest.raises(AlreadyProposed):
        memberships.reopen(reem, by=huda, at=now)
    with pytest.raises(ChangeNotAllowed):
        consent(change.pk, by=lina, at=now)
    consent(change.pk, by=huda, at=now)
    assert User.objects.get(pk=reem.pk).is_active is True
    assert [template for template, _to in told()] == ["staff_account_closed"] * 2 + ["staff_account_reopened"] * 2


def test_a_deputy_does_not_get_a_role_that_takes_two_people(
    omar: User, nadia: User, reem: User, water: Agency, now: datetime
) -> None:
    reem.memberships.create(agency=water, role=Role.OFFICER, starts_on=TODAY)
    Absence.objects.create(user=reem, deputy=omar, starts_on=TODAY, ends_on=TODAY)
    authority = User.objects.get(pk=omar.pk).authority(now)
    assert authority.roles == {(Role.OFFICER, water.pk)}
    assert list(cmu_staff(TODAY)) == []


def refused(sql: str, *values: object) -> str:
    """Return what the database says to a statement that it must refuse."""
    with pytest.raises(IntegrityError) as said, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(said.value)


def test_the_database_refuses_what_bypasses_the_door(
    omar: User, lina: User, huda: User, cmu: Agency, as_head: RoleTerms, now: datetime
) -> None:
    insert = (
        "INSERT INTO accounts_membership (user_id, agency_id, role, starts_on, change_id) VALUES (%s, %s, %s, %s, %s)"
    )
    for role in PROTECTED:
        assert "second person" in refused(insert, omar.pk, cmu.pk, role.value, TODAY, None)
    change = propose(omar, as_head, by=huda, at=now)
    assert "second person" in refused(insert, omar.pk, cmu.pk, "cmu_head", TODAY, change.pk)
    decide = "UPDATE accounts_staffchange SET outcome = 'done', decided_at = now(), decided_by_id = %s WHERE id = %s"
    assert "staffchange_second_person" in refused(decide, huda.pk, change.pk)
    assert "staffchange_decided_by_another" in refused(decide, omar.pk, change.pk)
    assert "staffchange_decided" in refused("UPDATE accounts_staffchange SET outcome = 'done' WHERE id = %s", change.pk)
    consent(change.pk, by=lina, at=now)
    for sql in (
        "UPDATE accounts_staffchange SET role = 'auditor' WHERE id = %s",
        "UPDATE accounts_staffchange SET outcome = 'refused' WHERE id = %s",
        "DELETE FROM accounts_staffchange WHERE id = %s",
    ):
        assert "decided once" in refused(sql, change.pk)
    officer, head = omar.memberships.get(role="officer"), omar.memberships.get(role="cmu_head")
    assert "second person" in refused("UPDATE accounts_membership SET role = 'operator' WHERE id = %s", officer.pk)
    Membership.objects.filter(pk=head.pk).update(ends_on=TODAY)
    assert Membership.objects.filter(pk=head.pk, ends_on=TODAY).exists()
    assert "second person" in refused("UPDATE accounts_membership SET user_id = %s WHERE id = %s", lina.pk, head.pk)


def test_the_database_lets_nobody_propose_for_themselves_nor_install_again(
    omar: User, lina: User, huda: User, cmu: Agency, now: datetime
) -> None:
    own = StaffChange(kind="role_given", subject=omar, role="officer", starts_on=TODAY, proposed_by=omar)
    own.proposed_at = now
    with pytest.raises(IntegrityError, match="staffchange_proposed_by_another"), transaction.atomic():
        own.save()
    alone = StaffChange(kind="role_given", subject=omar, role="auditor", starts_on=TODAY, proposed_by=lina)
    alone.proposed_at = now
    with pytest.raises(IntegrityError, match="staffchange_protected_role"), transaction.atomic():
        alone.save()
    again = StaffChange(kind="role_given", subject=omar, role="operator", starts_on=TODAY, outcome="done")
    again.proposed_at = again.decided_at = now
    again.installed_as = 1
    with pytest.raises(IntegrityError, match="installed once"), transaction.atomic():
        again.save()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_too_late(
    omar: User,
    *,
    lina: User,
    huda: User,
    reem: User,
    as_head: RoleTerms,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The consent of a second person, given twice, refused by a third, or taken back by who proposed it, meanwhile."""
    wrong = []
    agree, again, no, back = (consent, lina), (consent, reem), (refuse, reem), (refuse, huda)
    for first, second in ((agree, again), (agree, no), (agree, back), (back, agree), (no, agree)):
        change, overlap = propose(omar, as_head, by=huda, at=now), Overlap()
        with monkeypatch.context() as patch:
            patch.setattr(memberships, "_decide", overlap.around(memberships._decide))
            done, late = overlap.run(*(partial(decide, change.pk, by=who, at=now) for decide, who in (first, second)))
        change.refresh_from_db()
        outcome = Outcome.DONE if first == agree else Outcome.REFUSED
        got = (change.outcome, type(late), overlap.was_overtaken, change.decided_by, "cmu_head" in held(omar))
        if got != (outcome, AlreadyDecided, False, first[1], first == agree):
            wrong.append((first, second, got, done, late))
        if first == agree:
            end(omar.memberships.get(role="cmu_head"), last_day=TODAY - timedelta(days=1), by=lina, at=now)
    assert wrong == []
