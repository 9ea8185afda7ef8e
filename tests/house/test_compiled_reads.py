"""Reads that are compiled once: the same objects as their querysets, with other values each time."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User
from accounts.roles import Role
from agencies.models import Agency, Governorate
from kit.compiled_inserts import insert, insert_new
from kit.compiled_reads import CompiledRead, ShapeError
from tests.cast import give_role

#: A key that no sequence reaches while the tests run.
FREE = 9_000_001

MEMBERS = CompiledRead(
    lambda role, *, agency, day: (
        Membership.objects.filter(agency=agency, role=role, starts_on__lte=day).select_related("user").order_by("pk")
    )
)
PREPARED = CompiledRead(
    lambda _shape, *, agency: Membership.objects.filter(agency=agency, role=Role.OFFICER).select_related("user"),
    is_prepared=True,
)


def test_objects_are_those_of_the_queryset(omar: User, nadia: User, water: Agency, gam: Agency) -> None:
    give_role(nadia, gam, Role.OFFICER)
    for agency, role in ((water, Role.OFFICER), (gam, Role.OFFICER), (water, Role.SUPERVISOR)):
        values = {"agency": agency.pk, "day": date(2100, 1, 1)}
        with CaptureQueriesContext(connection) as asked:
            found = MEMBERS.rows(role, {"agency": agency}, **values)
            people = [(row.user.login, row.agency.code) for row in found]
        plain = list(MEMBERS.queryset(role, **values))
        assert found == plain
        assert people == [(row.user.login, row.agency.code) for row in plain]
        assert [vars(row.user) | {"_state": 0} for row in found] == [vars(row.user) | {"_state": 0} for row in plain]
        assert len(asked) == 1
    assert MEMBERS.first(Role.OFFICER, agency=water.pk, day=date(1900, 1, 1)) is None


def test_rows_with_the_same_key_share_what_it_leads_to(omar: User, water: Agency, gam: Agency) -> None:
    give_role(omar, gam, Role.OFFICER)
    held = CompiledRead(
        lambda _shape, *, user: Membership.objects.filter(user=user).select_related("user", "agency").order_by("pk")
    )
    one, other = held.rows(user=omar.pk)
    assert one.user is other.user
    assert [one.agency, other.agency] == [water, gam]


def test_a_prepared_read_is_planned_once_and_counted(omar: User, yusuf: User, water: Agency) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = [PREPARED.rows(agency=agency.pk) for agency in (water, water, Agency(pk=0))]
    assert [[row.user for row in rows] for rows in found] == [[omar], [omar], []]
    assert len(asked) == 3
    # What is rolled back takes no plan with it (tests/conftest.py).
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Agency.objects.filter(pk=1 // 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        planned = [text for (text,) in cursor.fetchall() if "accounts_membership" in text and "$2" not in text]
    assert any("'officer'" in text and "$1" in text for text in planned)


def test_what_is_locked_is_read_where_it_is_written(monkeypatch: pytest.MonkeyPatch, water: Agency) -> None:
    away = SimpleNamespace(db_for_read=lambda _model: "away", db_for_write=lambda _model: "default")
    monkeypatch.setattr("kit.compiled_reads.router", away)
    locked = CompiledRead(lambda _shape, *, key: Agency.objects.select_for_update().filter(pk=key), is_prepared=True)
    with CaptureQueriesContext(connection) as asked:
        assert locked.rows(key=water.pk) == [water]
    assert "FOR UPDATE" in asked[0]["sql"]


def test_tuples_single_values_and_percent_signs(amman: Governorate) -> None:
    tuples = CompiledRead(lambda _shape, *, code: Governorate.objects.filter(code=code).values_list("pk", "code"))
    single = CompiledRead(
        lambda _shape, *, code: Governorate.objects.filter(code=code).values_list("name_en", flat=True)
    )
    like = CompiledRead(lambda _shape, *, code: Governorate.objects.filter(code=code, name_en__contains="%"))
    assert tuples.rows(code="JO-AM") == [(amman.pk, "JO-AM")]
    assert single.rows(code="JO-AM") == [amman.name_en]
    assert like.rows(code="JO-AM") == []


def test_what_cannot_fit_costs_no_statement_and_what_nothing_stands_for_is_refused(water: Agency) -> None:
    none = CompiledRead(lambda _shape, *, key: Agency.objects.filter(pk=key, code__in=[]))
    with CaptureQueriesContext(connection) as asked:
        assert none.rows(key=water.pk) == []
    assert len(asked) == 0
    for value in (None, True, 1.5, [water.pk]):
        with pytest.raises(ShapeError):
            none.rows(key=value)
    changed = CompiledRead(lambda _shape, *, name: Agency.objects.filter(name_en__startswith=name))
    listed = CompiledRead(lambda _shape, *, day: Agency.objects.filter(ends_on__gt=day - timedelta(days=1)))
    with pytest.raises(ShapeError, match="part of another"):
        changed.rows(name="Water")
    with pytest.raises(ShapeError, match="part of another"):
        listed.rows(day=date(2026, 1, 1))
    prefetched = CompiledRead(lambda _shape, *, key: Agency.objects.filter(pk=key).prefetch_related("directorates"))
    with pytest.raises(ShapeError):
        prefetched.rows(key=water.pk)


def test_an_inserted_row_is_the_saved_one(omar: User, water: Agency) -> None:
    one = Membership(user=omar, agency=water, role=Role.DIRECTORATE_MEMBER, starts_on=date(2026, 1, 1))
    with CaptureQueriesContext(connection) as asked:
        insert(one)
    assert len(asked) == 1
    assert not one._state.adding
    other = Membership(user=omar, agency=water, role=Role.AGENT, starts_on=date(2026, 1, 1))
    other.save(force_insert=True)
    stored = [vars(Membership.objects.get(user=omar, role=made.role)) for made in (one, other)]
    for row in stored:
        assert row.pop("id")
        row.pop("role")
        row.pop("_state")
    assert stored[0] == stored[1]
    insert(Membership(pk=FREE, user=omar, agency=water, role=Role.AGENT_SUPERVISOR, starts_on=date(2026, 1, 1)))
    assert Membership.objects.get(pk=FREE).user == omar


def test_rows_that_a_constraint_refuses_are_left_out(omar: User, water: Agency) -> None:
    rows = [
        Membership(pk=key, user=omar, agency=water, role=role, starts_on=date(2026, 1, 1))
        for key, role in ((FREE, Role.OFFICER), (FREE + 1, Role.AGENT), (FREE + 2, Role.AGENT))
    ]
    with CaptureQueriesContext(connection) as asked:
        assert insert_new(rows) == {FREE + 1}
        assert not any(row._state.adding for row in rows)
        assert insert_new([]) == set()
    assert len(asked) == 1
