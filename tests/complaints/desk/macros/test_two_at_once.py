"""Two people and one macro: one runs it first, and what is run is what was read."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from complaints.desk import macro_runs, macros
from complaints.models import Case, CaseEvent, Macro
from tests.complaints.cases import FileCase
from tests.complaints.desk.macros.conftest import Make, Staff
from tests.complaints.pages import Clock, Desk, address, sent
from tests.complaints.threads import Overlap

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english")]
READ, WRITTEN = "اتصلنا بالفرقة.", "لم نتصل بأحد."


def actions_of(case: Case) -> list[str]:
    return list(CaseEvent.objects.filter(case=case).order_by("number").values_list("action", flat=True))


def test_two_officers_run_it_on_one_case_and_the_second_reads_who_was_first(
    desk: Desk, make_macro: Make, referred: Case, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    macro = make_macro({"act": "label", "label": "تسرب"}, {"act": "note", "text": READ}, {"act": "accept", "days": 2})
    pressed = sent(referred, seen=macro.changed_at.isoformat())
    here, (first, second) = address("desk-macro", referred, macro=macro.pk), (desk(staff.omar), desk(staff.hana))
    overlap = Overlap()
    monkeypatch.setattr(macro_runs, "run_steps", overlap.around(macro_runs.run_steps))
    done, late = overlap.run(lambda: first.post(here, pressed), lambda: second.post(here, pressed))
    assert (done.status_code, late.status_code, overlap.was_overtaken) == (302, 409, False)
    assert late.context["previous_change"].by == staff.omar.name_en
    assert actions_of(referred) == ["file", "label", "note", "accept"]


def test_a_macro_that_is_changed_while_it_runs_does_what_was_read_or_nothing(
    desk: Desk, make_macro: Make, file_case: FileCase, staff: Staff, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    macro = make_macro({"act": "note", "text": READ}, owner=staff.omar, agency=None)
    case, other, runner, writer = file_case(), file_case(), desk(staff.omar), desk(staff.omar)
    step = macro.steps.get()
    change = {"seen": macro.changed_at.isoformat(), "text": WRITTEN}
    run = {"seen": macro.changed_at.isoformat()}
    clock.pass_(minutes=1)
    there = reverse("macro-step", args=[macro.pk, step.pk])

    # Between the reading of the steps and that of the macro: nothing is done, and the page shows the new words.
    between = Overlap()

    class Steps:
        def filter(self, **said: object) -> object:
            rows = list(macro_runs.MacroStep.objects.filter(**said))
            between.rest()
            return rows

    with monkeypatch.context() as patch:
        patch.setattr(macro_runs, "steps_in_order", Steps)
        here = address("desk-macro", case, macro=macro.pk)
        page, saved = between.run(lambda: runner.post(here, sent(case) | run), lambda: writer.post(there, change))
    assert (page.status_code, page.context["is_changed"], saved.status_code) == (200, True, 302)
    assert (actions_of(case), between.was_overtaken) == (["file"], True)

    # Once it runs, what the runner has read is done to the end.
    macro.refresh_from_db()
    run, change = {"seen": macro.changed_at.isoformat()}, {"seen": macro.changed_at.isoformat(), "text": READ}
    clock.pass_(minutes=1)
    during = Overlap()
    monkeypatch.setattr(macro_runs, "run_steps", during.around(macro_runs.run_steps))
    here = address("desk-macro", other, macro=macro.pk)
    page, saved = during.run(lambda: runner.post(here, sent(other) | run), lambda: writer.post(there, change))
    assert (page.status_code, saved.status_code, other.notes.get().text) == (302, 302, WRITTEN)


def test_two_changes_of_one_macro_at_once_are_one(
    desk: Desk, make_macro: Make, nadia: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    macro, overlap, (one, other) = make_macro(), Overlap(), (desk(nadia), desk(nadia))
    seen = {"seen": macro.changed_at.isoformat()}
    clock.pass_(minutes=1)
    monkeypatch.setattr(macros.MacroEdit, "touch", overlap.around(macros.MacroEdit.touch))
    adding = reverse("macro-step-add", args=[macro.pk, "label"])
    saved, late = overlap.run(
        lambda: one.post(adding, seen | {"label": "تسرب"}), lambda: other.post(adding, seen | {"label": "جولة"})
    )
    assert (saved.status_code, late.status_code, overlap.was_overtaken) == (302, 409, False)
    assert list(Macro.objects.get().steps.values_list("number", "label")) == [(1, "تسرب")]
