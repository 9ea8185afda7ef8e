"""Rows of prepared fixtures: made once, put back as they were, and copies that a test may change."""

import os
from collections import defaultdict
from pathlib import Path

import pytest
from django.db import connection

from agencies.models import Governorate
from tests.prepared_rows import prepared

made: list[str] = []
savepoints: list[int] = []


@pytest.fixture
@prepared
def valley(db: None) -> Governorate:
    made.append("valley")
    return Governorate.objects.create(code="JO-V", name_ar="الغور", name_en="Valley 'of' \\ \"all\"", sort_order=1)


@pytest.fixture
@prepared
def town(valley: Governorate) -> list[Governorate]:
    made.append("town")
    Governorate.objects.filter(pk=valley.pk).update(sort_order=2)
    valley.refresh_from_db()
    return [valley, Governorate.objects.create(code="JO-T", name_ar="البلدة", name_en="Town", sort_order=3)]


def _stored() -> list[tuple[str, int]]:
    return list(Governorate.objects.order_by("sort_order").values_list("name_en", "sort_order"))


@pytest.mark.parametrize("turn", ["first", "second", "third"])
def test_each_test_begins_with_the_same_rows_and_values_of_its_own(
    turn: str, valley: Governorate, town: list[Governorate]
) -> None:
    assert made.count("town") == 1
    assert town[0] is valley
    assert _stored() == [(valley.name_en, 2), ("Town", 3)] == [(valley.name_en, valley.sort_order), ("Town", 3)]
    valley.name_en, valley.sort_order = turn, 9
    valley.save(update_fields=["name_en", "sort_order"])
    # A new row does not meet those that were put back.
    Governorate.objects.create(code="JO-N", name_ar="جديدة", name_en="New", sort_order=4)
    # The first of all three has made them; the others find them in a transaction that they share.
    savepoints.append(len(connection.savepoint_ids))
    assert savepoints == [0, 1, 1][: len(savepoints)]


def test_who_asks_for_less_has_less(valley: Governorate) -> None:
    assert _stored() == [(valley.name_en, 1)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_rows_are_put_back_where_everything_is_committed(turn: str, town: list[Governorate]) -> None:
    assert [name for name, _ in _stored()] == [one.name_en for one in town]
    town[1].delete()


def test_a_module_that_shares_rows_goes_to_one_worker_and_begins_with_what_does_not(
    request: pytest.FixtureRequest,
) -> None:
    modules = defaultdict[Path, list[pytest.Item]](list)
    for item in request.session.items:
        modules[item.path].append(item)
    wrong = []
    for path, items in modules.items():
        shares = ["module_data" in getattr(item, "fixturenames", ()) for item in items]
        is_together = "PYTEST_XDIST_WORKER" not in os.environ or all(item.nodeid.endswith(path.name) for item in items)
        if any(shares) and (shares != sorted(shares) or not is_together):
            wrong.append(path.name)
    assert wrong == []
