"""Searching among many: blocks of cases are summed up, passed over where they lack a word, and never wrongly so."""

import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.actions import amend
from complaints.escalation.tasks import build_search_index
from complaints.models import Case, SearchBlock
from complaints.search import search, word_forms
from complaints.visibility.redaction import CaseVisibility
from kit.statements import ALWAYS, Condition
from tests.complaints import DETAILS
from tests.complaints.cases import FileCase
from tests.owner import owner


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every word count as common, as the statistics of a large table say it of some."""
    monkeypatch.setattr(search, "_are_near", lambda *_asked: True)


def move_to(block: int) -> None:
    count_on(block * 1000 + 6)


def count_on(last: int) -> None:
    """Let the next case get the key after ``last``; the sequence is the owner's."""
    owner().execute("SELECT setval(pg_get_serial_sequence('complaints_case', 'id'), %s)", [last])


@pytest.fixture
def three_blocks(file_case: FileCase) -> list[Case]:
    """An old case of pipes, a newer one of lamps, and one in the block that is not finished."""
    made = []
    for block, subject in ((5, "كسر في المواسير"), (6, "عطل في الإنارة"), (7, "طلب آخر تمامًا")):
        move_to(block)
        made.append(file_case(subject=subject))
    return made


def found(text: str, **options: str) -> list[Case]:
    page = search.by_words(ALWAYS, text, reads=partial(CaseVisibility, knows_person=True), **options)
    return [Case(pk=case.pk) for case in page.rows]


def test_finished_blocks_are_summed_up_and_the_last_is_not(three_blocks: list[Case]) -> None:
    assert build_search_index() == 2
    assert list(SearchBlock.objects.order_by("number").values_list("number", flat=True)) == [5, 6]
    assert word_forms.build_index(at=timezone.now()) == 0


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("is_summed_up", [True, False])
def test_the_same_is_found_with_and_without_sums(three_blocks: list[Case], *, is_summed_up: bool) -> None:
    if is_summed_up:
        word_forms.build_index(at=timezone.now())
    old, newer, newest = three_blocks
    assert found("ماسورة") == [old]
    assert found("إنارة") == [newer]
    assert found("المياه") == [newest, newer, old]
    assert found("المياه", after=str(newer.pk)) == [old]
    assert found("المياه إنارة") == [newer]
    assert found("زرافة") == []


@pytest.mark.usefixtures("many")
def test_a_block_that_lacks_the_word_is_not_read(three_blocks: list[Case]) -> None:
    word_forms.build_index(at=timezone.now())
    with CaptureQueriesContext(connection) as captured:
        found("ماسورة")
    spans = [re.search(r"BETWEEN ([0-9]+) AND ([0-9]+)", query["sql"]) for query in captured]
    assert [span.groups() for span in spans if span] == [("7000", "7999"), ("0", "5999")]


@pytest.mark.usefixtures("many")
def test_a_walk_ends_and_the_database_finds_the_rest(three_blocks: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "WALK", 1)
    with CaptureQueriesContext(connection) as captured:
        assert found("المياه") == three_blocks[::-1]
    # By estimates of each form the planner reads every case in place of the index: twelve seconds of a million.
    assert [
        query["sql"] for query in captured if "complaints_case.search_vector @@ (SELECT to_tsquery(" in query["sql"]
    ]


@pytest.mark.usefixtures("many")
def test_below_the_blocks_looked_at_summed_up_or_not_the_database_finds_the_rest(
    three_blocks: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    word_forms.build_index(at=timezone.now())
    SearchBlock.objects.filter(number=5).delete()
    for number in (1, 2, 3):
        monkeypatch.setattr(search, "LOOKED_AT", number)
        assert found("المياه") == three_blocks[::-1]


def test_changed_words_and_late_cases_make_a_sum_untrue_at_once(three_blocks: list[Case], file_case: FileCase) -> None:
    old, newer, _newest = three_blocks
    word_forms.build_index(at=timezone.now())
    user = old.citizen.user
    assert user is not None
    amend(old, by=user, at=old.filed_at, subject="زرافة في الشارع", details=DETAILS)
    assert list(SearchBlock.objects.values_list("number", flat=True)) == [6]
    move_to(6)
    count_on(newer.pk)
    file_case()
    assert list(SearchBlock.objects.all()) == []


def test_other_changes_leave_the_sum(three_blocks: list[Case]) -> None:
    word_forms.build_index(at=timezone.now())
    three_blocks[0].area = "حي نزال"
    three_blocks[0].save(update_fields=["area"])
    assert SearchBlock.objects.count() == 2


def test_a_block_with_too_many_words_is_always_read(three_blocks: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_forms, "_MOST_BYTES", 10)
    assert word_forms.build_index(at=timezone.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_nothing_is_summed_up_while_words_are_written(three_blocks: list[Case]) -> None:
    def elsewhere() -> int:
        try:
            return word_forms.build_index(at=timezone.now())
        finally:
            connection.close()

    with transaction.atomic():
        Case.objects.filter(pk=three_blocks[0].pk).update(subject="زرافة")
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(elsewhere).result() == 0
    assert word_forms.build_index(at=timezone.now()) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("three_blocks")
def test_common_words_are_those_the_statistics_name(monkeypatch: pytest.MonkeyPatch) -> None:
    owner().execute("ANALYZE complaints_case")
    search._common_words.cache_clear()

    def are_near(text: str, number: int = 1, scope: Condition = ALWAYS) -> bool:
        return search._are_near(scope, search.search_words(text), number)

    assert not are_near("مياه")
    monkeypatch.setattr(search, "FEW", 2)
    assert are_near("مياه")
    assert not are_near("زرافة")
    # Of three cases with the word no two pages are near, nor is any where the scope holds none.
    assert not are_near("مياه", number=2)
    assert not are_near("مياه", scope=Condition("complaints_case.agency_id = %(none)s", {"none": 0}))
    # The commonest form is asked for first, and all others stand behind it together.
    assert search.search_query(search.search_words("مياه")).startswith("('مياه':* | (")


@pytest.mark.usefixtures("db")
def test_no_form_is_named_that_a_beginning_covers() -> None:
    (forms,) = search.search_words("ابني")
    query = search.search_query([forms])
    assert query.count("|") + 1 < 0.75 * len(forms.exact | forms.beginnings)
    with connection.cursor() as cursor:
        for word in forms.exact | forms.beginnings:
            cursor.execute("SELECT to_tsvector('simple', %s) @@ to_tsquery('simple', %s)", [word, query])
            assert cursor.fetchone() == (True,), word


def test_a_search_takes_the_same_statements_however_much_it_finds(three_blocks: list[Case]) -> None:
    counts = []
    found("إنارة")  # the first search also reads the statistics
    for text in ("إنارة", "مياه"):
        with CaptureQueriesContext(connection) as captured:
            found(text)
        counts.append(len(captured))
    assert counts == [2, 2]
