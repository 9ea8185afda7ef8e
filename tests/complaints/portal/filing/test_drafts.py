"""The draft that waits for its owner: one for each kind, seen by nobody else."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from complaints.filing import drafting
from complaints.models import Draft
from kit import dates
from tests.complaints import DETAILS, SUBJECT
from tests.complaints.portal.filing.steps import AGENCY, CHECK, HOME, WHAT, draft_of, where


def test_a_draft_waits_for_its_owner_and_says_so(as_amina: Client, draft: Draft) -> None:
    Draft.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    assert CHECK in as_amina.get("/ar/new/complaint/").content.decode()
    page = as_amina.get(WHAT).content.decode()
    assert "احتفظنا بمسودتكم" in page
    assert SUBJECT in page
    assert DETAILS in page


def test_a_draft_of_this_minute_is_not_announced(as_amina: Client, draft: Draft) -> None:
    Draft.objects.update(updated_at=timezone.now())
    assert "احتفظنا بمسودتكم" not in as_amina.get(WHAT).content.decode()


def test_start_again_throws_the_draft_away(as_amina: Client, draft: Draft) -> None:
    assert as_amina.get("/ar/new/complaint/restart/").status_code == 405
    assert where(as_amina.post("/ar/new/complaint/restart/")) == WHAT
    assert Draft.objects.count() == 0
    assert SUBJECT not in as_amina.get(WHAT).content.decode()


def test_each_kind_has_a_draft_of_its_own(as_amina: Client, draft: Draft) -> None:
    assert SUBJECT not in as_amina.get("/ar/new/praise/").content.decode()
    assert SUBJECT in as_amina.get("/ar/new/complaint/").content.decode()


def test_nobody_sees_the_draft_of_another(as_karim: Client, draft: Draft) -> None:
    pages = [as_karim.get(f"{url}?draft={draft.pk}") for url in ("/ar/new/complaint/", WHAT, AGENCY)]
    assert [SUBJECT in page.content.decode() for page in pages] == [False] * 3
    assert where(as_karim.get(f"{CHECK}?draft={draft.pk}")) == WHAT
    as_karim.post("/ar/new/complaint/restart/", {"draft": draft.pk})
    assert Draft.objects.count() == 1


def test_a_kind_that_is_none_does_not_exist(as_amina: Client) -> None:
    assert as_amina.get("/ar/new/bribe/agency/").status_code == 404


def test_two_tabs_make_two_drafts_and_each_goes_on_with_its_own(as_amina: Client) -> None:
    tabs = [as_amina.get("/ar/new/complaint/").context["draft"].pk for _ in range(2)]
    pressed = [as_amina.post(WHAT, {"draft": tab, "details": f"كتبتها في {tab}"}) for tab in tabs]
    assert [draft_of(response) for response in pressed] == [str(tab) for tab in tabs]
    assert {draft.pk: draft.details for draft in Draft.objects.all()} == {tab: f"كتبتها في {tab}" for tab in tabs}
    as_amina.post(WHAT, {"draft": tabs[0], "details": "ثم صححتها"})
    assert [Draft.objects.get(pk=tab).details for tab in tabs] == ["ثم صححتها", f"كتبتها في {tabs[1]}"]


def test_no_more_drafts_are_begun_than_one_may_have_and_what_was_typed_is_on_the_page(as_amina: Client) -> None:
    for number in range(drafting.MOST_DRAFTS):
        as_amina.post(WHAT, {"draft": uuid.uuid4(), "details": f"مسودة {number}"})
    response = as_amina.post(WHAT, {"draft": uuid.uuid4(), "details": "واحدة أخرى"})
    assert (response.status_code, Draft.objects.count()) == (429, drafting.MOST_DRAFTS)
    assert "واحدة أخرى" in response.content.decode()


@pytest.mark.parametrize("url", [HOME, "/ar/cases/", "/ar/new/complaint/"])
def test_the_lists_show_a_draft_with_its_last_day_and_both_ways_on(as_amina: Client, draft: Draft, url: str) -> None:
    Draft.objects.update(updated_at=timezone.now())
    page = as_amina.get(url).content.decode()
    last = dates.day_text(timezone.localdate() + timedelta(days=7))
    assert [text in page for text in (SUBJECT, last, f"{CHECK}?draft={draft.pk}", f"restart/?draft={draft.pk}")] == [
        *[True] * 4
    ]
