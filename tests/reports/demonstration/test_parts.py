"""The reports of a demonstration are made part by part, each once and whole or not at all."""

import io
from datetime import datetime

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from accounts.demo import NotADemonstration
from reports.demonstration import parts
from reports.demonstration.parts import DemonstrationPart, make_parts
from reports.management.commands import seed_reports

NOW = datetime.fromisoformat("2026-11-24T11:00:00+03:00")


def one_row(_at: datetime) -> None:
    Group.objects.create(name="a row of a part")


def half_a_part(_at: datetime) -> None:
    Group.objects.create(name="half")
    raise RuntimeError


@pytest.mark.django_db
def test_a_part_is_made_once_and_its_progress_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    part = DemonstrationPart("groups", one_row, Group)
    monkeypatch.setattr(seed_reports, "make_parts", lambda at, step: make_parts(at, step=step, parts=[part]))
    told = io.StringIO()
    call_command("seed_reports", stdout=told)
    call_command("seed_reports", stdout=told)
    assert (Group.objects.count(), told.getvalue().count("Loading demonstration groups … ")) == (1, 1)


@pytest.mark.django_db
def test_a_part_that_fails_leaves_nothing_half_made() -> None:
    command = seed_reports.Command(stdout=io.StringIO())
    with pytest.raises(RuntimeError):
        make_parts(NOW, step=command._step, parts=[DemonstrationPart("halves", half_a_part, Group)])
    assert not Group.objects.exists()


def test_outside_a_demonstration_nothing_is_made(settings: object) -> None:
    settings.EMBEDDED = False
    with pytest.raises(NotADemonstration):
        call_command("seed_reports")


def test_every_part_has_a_name_and_a_table_of_its_own() -> None:
    assert len({part.name for part in parts.PARTS}) == len({part.table for part in parts.PARTS}) == len(parts.PARTS)
