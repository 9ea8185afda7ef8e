"""Annexes are made once, frozen and told; the first opening, answers and reminders are kept; a successor follows."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.roles import Role
from agencies import successions
from agencies.models import Agency, AgencySuccession
from agencies.reference_changes import Author
from complaints.models import Case
from notifications.models import Message, MessageState
from reports.circulation import circulating, content
from reports.circulation.pages import annex_rows
from reports.documents.tree import WITHHELD
from reports.models import Annex, AnnexAnswer, Circulation, PeriodicReport
from reports.periodic import sections
from reports.periods import ReportPeriod
from tests.cast import make_agency, make_staff
from tests.reports.directives.conftest import picture


def sent(template: str) -> set[str]:
    return set(Message.objects.filter(template=template).values_list("recipient", flat=True))


def key(*people: User) -> set[str]:
    return {f"user:{person.pk}" for person in people}


def cells(annex: Annex, table: str, row: str) -> tuple[object, ...]:
    """Return one row of a table of the annex in English, found by what it stands for."""
    document = content.document(annex.content, "en")
    found = next(each for section in document.sections for each in section.tables if each.key == table)
    return found.rows[found.row_keys.index(row)]


def test_a_released_report_goes_out_once_with_an_annex_for_each_agency(
    annex: Annex, asma: User, nadia: User, faris: User, yusuf: User, now: datetime
) -> None:
    circulation = Circulation.objects.get()
    assert circulating.circulate_released(at=now + timedelta(minutes=2)) == 0
    assert circulation.completed_at == now
    assert sorted(Annex.objects.values_list("agency__code", flat=True)) == ["gam", "miyahuna"]
    assert (sent("report_released"), sent("annex_released")) == (key(asma), key(nadia, faris))
    assert annex.sha256 == hashlib.sha256(annex.content.encode()).hexdigest()
    # The agency reads its own two cases; the one of another agency is withheld, for so few could point at a person.
    assert cells(annex, "measures_count", "received")[1:] == (2, 0, 0, WITHHELD)
    assert cells(annex, "measures_count", "closed")[1:] == (0, 0, 0, WITHHELD)
    arabic = content.document(annex.content, "ar")
    assert (arabic.sections[0].heading, arabic.title) == ("أرقامكم", "ملحق التقرير: شركة مياه الأردن")
    late = arabic.sections[1].tables[0]
    own = Case.objects.filter(agency__code="miyahuna").order_by("deadline_at", "pk")
    assert [row[0] for row in late.rows] == list(own.values_list("reference", flat=True))


def test_a_crash_between_two_agencies_leaves_the_rest_to_the_next_run(
    released: PeriodicReport, nadia: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, failing = circulating.make_annex, {"gam"}

    def made(circulation: Circulation, agency: Agency, *rest: object, at: datetime) -> Annex:
        annex = make(circulation, agency, *rest, at=at)
        if agency.code in failing:
            raise ValueError
        return annex

    monkeypatch.setattr(circulating, "make_annex", made)
    assert circulating.circulate_released(at=now) == 1
    assert (Annex.objects.get().agency.code, Circulation.objects.get().completed_at) == ("miyahuna", None)
    failing.clear()
    assert circulating.circulate_released(at=now + timedelta(minutes=2)) == 1
    assert Circulation.objects.get().completed_at is not None


def test_who_received_opened_and_answered_is_kept(
    annex: Annex, nadia: User, faris: User, hala: User, now: datetime, request: pytest.FixtureRequest
) -> None:
    omar, yusuf, lina = (request.getfixturevalue(name) for name in ("omar", "yusuf", "lina"))
    Message.objects.filter(occasion=f"annex:{annex.pk}").update(state=MessageState.ACCEPTED, accepted_at=now)
    later = now + timedelta(hours=1)
    for person, at in ((lina, now), (omar, later), (nadia, later + timedelta(hours=1))):
        circulating.note_opening(annex, by=person, at=at)
        annex.refresh_from_db()
    assert (annex.opened_by, annex.opened_at) == (omar, later)
    for other in (omar, yusuf, lina):
        with pytest.raises(circulating.AnswerRefused):
            circulating.answer(annex, "لن يُقبل هذا.", [], by=other, at=later)
    circulating.answer(annex, "سنعالج التأخر خلال شهر.", [picture(now)], by=faris, at=later)
    circulating.answer(annex, "وهذا جدول الأعمال.", [], by=nadia, at=later + timedelta(days=1))
    assert sent("annex_answered") == key(hala)
    row = annex_rows([annex])[0]
    assert (row.received_at, row.answered_at) == (now, later)
    # What the next report says of it.
    next_report = annex.circulation.report.last + timedelta(days=1)
    said = {each.agency.code: each.is_answered for each in Annex.objects.before(next_report)}
    assert said == {"miyahuna": True, "gam": False}
    assert list(Annex.objects.before(annex.circulation.report.first)) == []
    section = sections.section(SimpleNamespace(period=ReportPeriod(next_report, next_report)))
    assert section is not None
    assert [row[1] for row in section.tables[0].rows] == ["لم يصل رد بعد", "تم الرد"]


def test_reminders_come_once_and_an_answer_ends_them(
    annex: Annex, nadia: User, faris: User, hala: User, gam: Agency, now: datetime
) -> None:
    # Ten working days after Sunday the 4th: the 18th; reminded on the 14th, late from the 19th.
    told = [at.day for at in (now + timedelta(days=day) for day in range(1, 20)) if circulating.remind(at=at)]
    assert told == [14, 19]
    assert sent("annex_reminder") == key(nadia, faris)
    assert sent("annex_late") == key(nadia, faris, hala)
    mine = Message.objects.filter(occasion__startswith=f"annex:{annex.pk}:late")
    circulating.answer(annex, "سنعالج التأخر خلال شهر.", [], by=nadia, at=now + timedelta(days=16))
    assert MessageState.CANCELLED in set(mine.values_list("state", flat=True))


def test_an_annex_to_an_agency_merged_meanwhile_follows_the_successor(
    annex: Annex, omar: User, yusuf: User, lina: User, water: Agency, now: datetime
) -> None:
    springs = make_agency("springs", "الينابيع", "Springs")
    rana = make_staff("rana@springs.example", "رنا", "Rana", "+962790100021", springs, Role.SUPERVISOR)
    plan = AgencySuccession(predecessor=water, successor=springs, on=now.date() + timedelta(days=1))
    planned = successions.plan(plan, author=Author(lina.pk, now))
    AgencySuccession.objects.filter(pk=planned.pk).update(executed_at=now)
    at = now + timedelta(days=10)
    assert circulating.remind(at=at) == 2
    assert sent("annex_reminder") == key(rana)
    assert list(circulating.visible_to(rana, at)) == [annex]
    assert list(circulating.visible_to(yusuf, at).values_list("agency__code", flat=True)) == ["gam"]
    circulating.answer(annex, "تولينا أعمال الشركة وسنعالج التأخر.", [], by=rana, at=at)
    assert AnnexAnswer.objects.get().by == rana


def test_the_database_keeps_annexes_as_they_were_made(
    annex: Annex, draft: PeriodicReport, nadia: User, now: datetime
) -> None:
    circulating.note_opening(annex, by=nadia, at=now)
    answer = circulating.answer(annex, "سنعالج التأخر خلال شهر.", [], by=nadia, at=now)
    rows = Annex.objects.filter(pk=annex.pk)
    other = Annex.objects.exclude(pk=annex.pk).get()
    for change in (
        lambda: rows.update(content="{}"),
        lambda: rows.update(opened_at=now, opened_by=nadia),
        lambda: Annex.objects.filter(pk=other.pk).update(opened_at=now),
        other.delete,
        lambda: AnnexAnswer.objects.filter(pk=answer.pk).update(text="x"),
        lambda: Annex.objects.create(
            circulation=annex.circulation, agency=make_agency("x", "س", "X"), content="{}", sha256="0" * 64, made_at=now
        ),
        lambda: Circulation.objects.create(report_id=0, begun_at=now, answer_by=now.date()),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert connection.is_usable()
