"""An edition of the usage policy: written by one, agreed on by another, in force from its day, accepted once more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from accounts import policy
from accounts.models import Citizen, EditionState, PolicyAcceptance, PolicyEdition, User
from accounts.roles import Role
from agencies.models import Agency
from tests.cast import make_staff, sign_in
from tests.complaints.pages import Clock, Desk
from tests.complaints.threads import Overlap
from tests.prepared_rows import prepared

LIST = "/en/staff/directory/usage-policy/"
WORDS = "We keep what you write for three years. " * 10
SAID = {
    "changed_ar": "مدة الحفظ ثلاث سنوات",
    "changed_en": "Data are kept for three years",
    "text_ar": "نحفظ ما تكتبونه ثلاث سنوات. " * 10 + "<b>",
    "text_en": WORDS,
}


@pytest.fixture
@prepared
def head(cmu: Agency) -> User:
    return make_staff("maha@cmu.example", "مها عبيدات", "Maha Obeidat", "+962790100020", cmu, Role.CMU_HEAD)


@pytest.fixture
@prepared
def auditor(cmu: Agency) -> User:
    return make_staff("basel@cmu.example", "باسل حجازي", "Basel Hijazi", "+962790100021", cmu, Role.AUDITOR)


def test_two_people_make_an_edition_that_is_accepted_from_its_day_on(
    desk: Desk, head: User, auditor: User, lina: User, amina: Citizen, clock: Clock
) -> None:
    day = localdate(clock()) + timedelta(days=10)
    new = reverse("directory-policy-new")
    assert [desk(one).get(page).status_code for one in (lina, auditor) for page in (new, LIST)] == [404, 404, 404, 200]
    wrong = SAID | {"effective_from": f"{localdate(clock()):%d/%m/%Y}", "text_en": "short", "changed_ar": ""}
    assert sorted(desk(head).post(new, wrong).context["form"].errors) == ["changed_ar", "effective_from", "text_en"]
    sent = SAID | {"effective_from": f"{day:%d/%m/%Y}"}
    page = desk(head).post(new, sent).url
    assert list(desk(head).post(new, sent).context["form"].errors) == ["effective_from"], "the day is taken"
    edition = PolicyEdition.objects.get()
    assert "&lt;b&gt;" in desk(auditor).get(page).content.decode()

    assert desk(head).post(page, {"decision": "agreed"}).status_code == 409, "nobody agrees on their own"
    assert desk(lina).post(page, {"decision": "agreed"}).status_code == 404
    assert desk(auditor).post(page, {"decision": "x"}).status_code == 404
    assert policy.has_accepted(amina, at=clock())
    assert desk(auditor).post(page, {"decision": "agreed"}).status_code == 302
    assert desk(auditor).post(page, {"decision": "refused"}).status_code == 409, "it is decided once"
    assert policy.in_force(clock()).version == policy.POLICY_VERSION
    assert desk(head).get(LIST).context["versions"][0].version == day.isoformat()

    at = clock() + timedelta(days=10)
    assert policy.in_force(at).edition == edition
    assert not policy.has_accepted(amina, at=at)
    policy.accept(amina, policy.in_force(at).version, language="ar", at=at)
    assert PolicyAcceptance.objects.filter(citizen=amina, version=day.isoformat()).exists()
    clock.pass_(days=10)
    shown = desk(lina).get("/en/usage/").content.decode()
    assert (WORDS.strip() in shown, day.isoformat() in shown, "No abuse of anyone" in shown) == (True, True, False)


def test_what_was_decided_stays_and_what_came_too_late_is_refused_only(head: User, auditor: User, clock: Clock) -> None:
    today = localdate(clock())
    mine = policy.propose(PolicyEdition(**SAID, effective_from=today + timedelta(days=1)), by=head, at=clock())
    late = clock() + timedelta(days=1)
    with pytest.raises(policy.EditionDecided):
        policy.decide(mine.pk, EditionState.AGREED, by=auditor, at=late)
    assert policy.decide(mine.pk, EditionState.REFUSED, by=head, at=late).decided_by == head
    again = policy.propose(PolicyEdition(**SAID, effective_from=today + timedelta(days=1)), by=head, at=clock())
    rows = PolicyEdition.objects.filter(pk=again.pk)
    for forbidden in (
        lambda: rows.update(text_ar="آخر"),
        lambda: rows.update(state="agreed", decided_by=head, decided_at=late),
        rows.delete,
        lambda: PolicyEdition.objects.filter(pk=mine.pk).update(state="proposed", decided_by=None, decided_at=None),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            forbidden()


@pytest.mark.django_db(transaction=True)
def test_an_edition_is_decided_once_and_a_person_accepts_what_was_shown(
    head: User, auditor: User, lina: User, amina: Citizen, now: datetime, client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    day = localdate(now) + timedelta(days=1)

    def edition() -> PolicyEdition:
        return policy.propose(PolicyEdition(**SAID, effective_from=day), by=head, at=now)

    def decide(state: EditionState, by: User) -> Callable[[PolicyEdition], Callable[[], PolicyEdition]]:
        return lambda one: partial(policy.decide, one.pk, state, by=by, at=now)

    agree, refuse, take_back = (
        decide(EditionState.AGREED, auditor), decide(EditionState.REFUSED, lina), decide(EditionState.REFUSED, head),
    )  # fmt: skip
    wrong = []
    for first, second in ((refuse, agree), (take_back, agree), (agree, take_back)):
        one, overlap = edition(), Overlap()
        with monkeypatch.context() as patch:
            patch.setattr(PolicyEdition, "save", overlap.around(PolicyEdition.save))
            won, lost = overlap.run(first(one), second(one))
        if not isinstance(won, PolicyEdition) or type(lost) is not policy.EditionDecided or overlap.was_overtaken:
            wrong.append((won, lost, overlap.was_overtaken))
    assert wrong == []
    # Amina reads the old text before midnight. Its successor is in force when she presses, or in the middle of it.
    tomorrow = now + timedelta(days=1)
    sign_in(client, amina.user)
    page, agreed = reverse("policy-accept"), PolicyEdition.objects.get(state=EditionState.AGREED)
    PolicyAcceptance.objects.all().delete()
    read = policy.in_force(now).version
    monkeypatch.setattr("accounts.privacy.timezone", SimpleNamespace(now=lambda: tomorrow))
    late = client.post(page, {"policy": "on", "version": read})
    assert (list(late.context["form"].errors), PolicyAcceptance.objects.count()) == (["policy"], 0)
    force = policy.in_force
    monkeypatch.setattr(policy, "in_force", lambda _at: policy.PolicyInForce(read))
    accept = policy.accept

    def decided_in_the_middle(citizen: Citizen, version: str, **more: Any) -> None:
        monkeypatch.setattr(policy, "in_force", force)
        accept(citizen, version, **more)

    monkeypatch.setattr(policy, "accept", decided_in_the_middle)
    client.post(page, {"policy": "on", "version": read})
    assert list(PolicyAcceptance.objects.values_list("version", flat=True)) == [read]
    assert not policy.has_accepted(amina, at=tomorrow), agreed
