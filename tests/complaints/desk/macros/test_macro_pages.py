"""Macros are written step by step: whose they are, what their steps can name, and what is said of a broken one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate
from complaints.models import Macro, MacroAct, MacroStep, StandardText
from complaints.models.annotations import STEP_FIELDS
from tests.complaints import DONE, FOUND
from tests.complaints.desk.macros.conftest import Make, Staff
from tests.complaints.pages import Clock, Desk

WORDS = "ما سبب التسرب، ومتى يُصلح الخط؟"


def seen(macro: Macro) -> dict[str, object]:
    macro.refresh_from_db()
    return {"seen": macro.changed_at.isoformat()}


def acts(macro: Macro) -> list[str]:
    return [step.act for step in macro.steps.order_by("number")]


def test_a_supervisor_writes_one_for_all_and_an_officer_their_own(
    desk: Desk, staff: Staff, water: Agency, cmu: Agency
) -> None:
    new, people = reverse("macro-new"), (staff.omar, staff.nadia, staff.lina, staff.yusuf)
    for person, shared in ((staff.omar, ""), (staff.nadia, water.pk), (staff.lina, cmu.pk), (staff.nadia, "")):
        assert desk(person).post(new, {"name": "تسرب", "shared": str(shared)}).status_code == 302
    assert list(Macro.objects.order_by("pk").values_list("owner", "agency")) == [
        *((staff.omar.pk, None), (None, water.pk), (None, cmu.pk), (staff.nadia.pk, None))
    ]
    # An officer is not asked, and what a stranger adds to the form shares nothing.
    assert "shared" not in desk(staff.omar).get(new).context["form"].fields
    desk(staff.omar).post(new, {"name": "لي", "shared": str(water.pk)})
    assert Macro.objects.get(name="لي").owner == staff.omar
    taken = desk(staff.nadia).post(new, {"name": "تسرب", "shared": str(water.pk)})
    assert list(taken.context["form"].errors) == ["name"]
    rows = [desk(person).get(reverse("macros")).context["rows"] for person in people]
    assert [{(macro.agency, may) for macro, _steps, may in found} for found in rows] == [
        {(water, False), (None, True)},
        {(water, True), (None, True)},
        {(cmu, True)},
        set(),
    ]
    page = desk(staff.lina).get(reverse("macro", args=[Macro.objects.get(agency=cmu).pk]))
    assert [act.value for act in page.context["acts"]] == ["label", "note", "ask"]


def test_steps_are_added_changed_moved_and_removed(
    desk: Desk, make_macro: Make, nadia: User, omar: User, network: Directorate, clock: Clock
) -> None:
    text = StandardText.objects.create(title="وصلة", found=FOUND, done=DONE, changed_by=omar, changed_at=clock.at)
    macro, client = make_macro(), desk(nadia)
    steps: list[tuple[str, dict[str, object]]] = [
        ("label", {"label": "تسرب"}),
        ("accept", {"directorate": network.pk, "days": "٣"}),
        ("accept", {}),
        ("consult", {"directorate": network.pk, "text": WORDS}),
        ("close", {"standard_text": text.pk}),
        ("ask", {"text": WORDS}),
        ("assign", {"colleague": omar.pk}),
        ("label", {"label": "جولة"}),
    ]
    for act, typed in steps:
        clock.pass_(minutes=1)
        client.post(reverse("macro-step-add", args=[macro.pk, act]), seen(macro) | typed)
    # A second accepting and a question beside an answer are not taken.
    assert acts(macro) == ["label", "accept", "consult", "close", "assign", "label"]
    accepting = macro.steps.get(act="accept")
    assert (accepting.days, accepting.directorate) == (3, network)
    shown = reverse("macro", args=[macro.pk])
    assert "has a shorter limit" in client.get(shown).content.decode()
    wrong: dict[str, dict[str, object]] = {
        "label": {"label": ""},
        "consult": {"directorate": "999", "text": "?"},
        "close": {"standard_text": "nonsense"},
        "assign": {"colleague": str(nadia.pk)},
        "accept": {"days": "0"},
    }
    for act, typed in wrong.items():
        step = macro.steps.filter(act=act).earliest("number")
        page = client.post(reverse("macro-step", args=[macro.pk, step.pk]), seen(macro) | typed)
        assert (act, page.status_code, set(page.context["form"].errors)) == (act, 200, set(typed))
    client.post(reverse("macro-step", args=[macro.pk, accepting.pk]), seen(macro) | {"directorate": "", "days": ""})
    accepting.refresh_from_db()
    assert (accepting.days, accepting.directorate) == (None, None)
    assert "the directorate and the time that" in client.get(shown).content.decode()
    for step, way in ((accepting, "up"), (accepting, "up"), (macro.steps.get(act="close"), "away")):
        client.post(reverse("macro-order", args=[macro.pk]), seen(macro) | {"step": step.pk, "way": way})
    assert (acts(macro), [step.number for step in macro.steps.all()]) == (
        ["accept", "label", "consult", "assign", "label"],
        [1, 2, 3, 4, 5],
    )


def test_one_is_renamed_unless_another_was_faster_and_deleted_with_its_steps(
    desk: Desk, make_macro: Make, nadia: User
) -> None:
    macro, client = make_macro({"act": "note", "text": "أ"}), desk(nadia)
    here = reverse("macro", args=[macro.pk])
    overtaken = client.post(here, {"seen": "2026-01-01T00:00:00+00:00", "name": "اسم آخر"})
    assert (overtaken.status_code, overtaken.context["form"]["name"].value()) == (409, "اسم آخر")
    assert client.post(here, seen(macro) | {"name": "اسم آخر"}).status_code == 302
    assert client.post(reverse("macro-delete", args=[macro.pk])).status_code == 302
    assert (Macro.objects.count(), MacroStep.objects.count()) == (0, 0)


def test_nobody_changes_what_is_not_theirs(
    desk: Desk, make_macro: Make, staff: Staff, sami: User, amina: Citizen
) -> None:
    shared = make_macro({"act": "note", "text": "أ"})
    own = make_macro({"act": "note", "text": "أ"}, owner=staff.omar, agency=None)
    pairs = [(person, shared) for person in (staff.omar, staff.yusuf, staff.lina, sami, amina)]
    pairs += [(person, own) for person in (staff.nadia, staff.yusuf, staff.lina)]
    for person, macro in pairs:
        names: dict[str, list[object]] = {"macro": [], "macro-delete": [], "macro-order": []}
        names["macro-step-add"] = ["label"]
        names["macro-step"] = [macro.steps.get().pk]
        for name, more in names.items():
            assert desk(person).post(reverse(name, args=[macro.pk, *more]), seen(macro)).status_code == 404
    assert (Macro.objects.count(), MacroStep.objects.count()) == (2, 2)


def test_a_broken_step_is_shown_on_the_page_of_macros(
    desk: Desk, make_macro: Make, staff: Staff, network: Directorate, now: datetime
) -> None:
    text = StandardText.objects.create(title="وصلة", found=FOUND, changed_by=staff.omar, changed_at=now)
    macro = make_macro(
        {"act": "accept", "directorate": network},
        {"act": "assign", "colleague": staff.hana},
        {"act": "close", "standard_text": text},
    )

    def said(page: str, *args: object) -> list[bool]:
        context = desk(staff.nadia).get(reverse(page, args=args)).context
        steps: Any = context["steps"] if args else context["rows"][0][1]
        return [bool(fault) for _step, fault in steps]

    assert said("macros") == [False, False, False]
    text.delete()
    Directorate.objects.filter(pk=network.pk).update(is_active=False)
    staff.hana.memberships.update(ends_on="2026-01-01")
    assert (said("macros"), said("macro", macro.pk)) == ([True, True, True], [True, True, True])
    step = reverse("macro-step", args=[macro.pk, macro.steps.get(act="close").pk])
    assert "was deleted" in desk(staff.nadia).get(step).context["fault"]


def test_the_table_refuses_a_step_that_holds_what_is_not_of_its_act(
    make_macro: Make, omar: User, network: Directorate, now: datetime
) -> None:
    text = StandardText.objects.create(title="وصلة", found=FOUND, changed_by=omar, changed_at=now)
    full: dict[str, Any] = {"label": "أ", "text": "ب", "colleague": omar, "directorate": network, "days": 3}
    full["standard_text"] = text
    macro, taken = make_macro(), list[str]()
    for act, fields in STEP_FIELDS.items():
        for name, value in full.items():
            if name not in fields:
                try:
                    with transaction.atomic():
                        held = {field: full[field] for field in fields}
                        MacroStep.objects.create(macro=macro, number=1, act=act, **held | {name: value})
                except IntegrityError:
                    continue
                taken.append(f"{act} {name}")
    assert taken == []
    for values in ({"owner": omar}, {"owner": None, "agency": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_macro(name="x", **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_macro({"act": MacroAct.ASK, "text": WORDS}, {"act": MacroAct.CLOSE, "standard_text": text}, name="y")
