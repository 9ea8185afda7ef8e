"""The draft that waits for its owner: one for each kind, seen by nobody else."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from complaints.models import Draft
from tests.complaints import DETAILS, SUBJECT
from tests.complaints.portal.filing.steps import AGENCY, CHECK, WHAT


def test_a_draft_waits_for_its_owner_and_says_so(as_amina: Client, draft: Draft) -> None:
    Draft.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    assert as_amina.get("/ar/new/complaint/").url == CHECK
    page = as_amina.get(WHAT).content.decode()
    assert "احتفظنا بمسودتكم" in page
    assert SUBJECT in page
    assert DETAILS in page


def test_a_draft_of_this_minute_is_not_announced(as_amina: Client, draft: Draft) -> None:
    Draft.objects.update(updated_at=timezone.now())
    assert "احتفظنا بمسودتكم" not in as_amina.get(WHAT).content.decode()


def test_start_again_throws_the_draft_away(as_amina: Client, draft: Draft) -> None:
    assert as_amina.get("/ar/new/complaint/restart/").status_code == 405
    assert as_amina.post("/ar/new/complaint/restart/").url == AGENCY
    assert Draft.objects.count() == 0
    assert SUBJECT not in as_amina.get(AGENCY).content.decode()


def test_each_kind_has_a_draft_of_its_own(as_amina: Client, draft: Draft) -> None:
    assert as_amina.get("/ar/new/praise/").url == "/ar/new/praise/agency/"
    assert as_amina.get("/ar/new/complaint/").url == CHECK


def test_nobody_sees_the_draft_of_another(as_karim: Client, draft: Draft) -> None:
    assert as_karim.get("/ar/new/complaint/").url == AGENCY
    assert [as_karim.get(url).url for url in (WHAT, CHECK)] == [AGENCY, AGENCY]
    as_karim.post("/ar/new/complaint/restart/")
    assert Draft.objects.count() == 1


def test_a_kind_that_is_none_does_not_exist(as_amina: Client) -> None:
    assert as_amina.get("/ar/new/bribe/agency/").status_code == 404
