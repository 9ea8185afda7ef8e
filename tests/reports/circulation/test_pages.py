"""The pages of circulation: an agency sees only its annex, and a forwarded link shows a stranger nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from accounts.models import User
from complaints import unsent_forms
from complaints.models import Case, Recusal
from reports.models import Annex, AnnexAnswer, AnnexFile
from tests.cast import sign_in
from tests.reports.directives.conftest import picture_file
from tests.reports.directives.test_pages import said, status
from tests.ui.bidi import reversed_numbers


@pytest.fixture(autouse=True)
def _today(time_machine: TimeMachineFixture, now: datetime) -> None:
    time_machine.move_to(now, tick=False)


def test_an_agency_sees_only_its_annex(annex: Annex, nadia: User, request: pytest.FixtureRequest) -> None:
    at_water = sign_in(Client(), nadia)
    url = reverse("annex-answer", args=[annex.pk])
    assert set(at_water.post(url, {"text": ""}).context["form"].errors) == {"text"}
    sent = at_water.post(url, {"text": "سنعالج التأخر خلال شهر.", "attachments": [picture_file()]})
    assert (sent.status_code, AnnexAnswer.objects.count()) == (302, 1)
    others = Annex.objects.exclude(pk=annex.pk).get()
    file = AnnexFile.objects.get().attachment_id
    urls = {
        "circulations": reverse("circulations"),
        "circulation": reverse("circulation", args=[annex.circulation_id]),
        "annexes": reverse("annexes"),
        "annex": reverse("annex", args=[annex.pk]),
        "answer": url,
        "file": reverse("annex-file", args=[annex.pk, file]),
        "of another": reverse("annex", args=[others.pk]),
        "as a file": reverse("annex-document", args=[annex.pk, "ar", "csv"]),
    }
    people = {name: request.getfixturevalue(name) for name in ("asma", "lina", "nadia", "omar", "yusuf", "sami")}
    answers = {name: [status(sign_in(Client(), who), each) for each in urls.values()] for name, who in people.items()}
    assert answers == {
        #       circulations, circulation, annexes, annex, answer, file, of another, as a file
        "asma": [200, 200, 404, 200, 404, 200, 200, 200],
        "lina": [200, 200, 404, 200, 404, 200, 200, 200],
        "nadia": [404, 404, 200, 200, 200, 200, 404, 200],
        "omar": [404, 404, 200, 200, 404, 200, 404, 200],
        # The link was forwarded to somebody of another agency.
        "yusuf": [404, 404, 200, 404, 404, 404, 200, 404],
        "sami": [404, 404, 404, 404, 404, 404, 404, 404],
    }
    annex.refresh_from_db()
    others.refresh_from_db()
    annex.circulation.refresh_from_db()
    # First opened by whom it is for, not by the unit, which looked before.
    opened = (annex.opened_by, others.opened_by, annex.circulation.opened_by)
    assert opened == (nadia, people["yusuf"], people["asma"])


def test_an_annex_shows_each_reader_what_is_theirs_and_an_answer_is_sent_once(
    annex: Annex, nadia: User, omar: User, asma: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = Case.objects.filter(agency=annex.agency).earliest("pk")
    Recusal.objects.create(case=case, event=case.events.latest("number"), person=nadia, at=annex.made_at)
    url = reverse("annex", args=[annex.pk])
    pages = [said(sign_in(Client(), person).get(url)) for person in (nadia, omar, asma)]
    assert [("التوجيهات غير المغلقة" in each, case.reference in each) for each in pages] == [
        (True, False), (False, True), (True, True),
    ]  # fmt: skip
    files = {
        (person, form): b"".join(sign_in(Client(), person).get(reverse("annex-document", args=[annex.pk, "en", form])))
        for person, form in ((nadia, "json"), (omar, "json"), (nadia, "pdf"), (nadia, "xlsx"))
    }
    assert [case.reference.encode() in files[person, "json"] for person in (nadia, omar)] == [False, True]
    assert (files[nadia, "pdf"][:5], files[nadia, "xlsx"][:2]) == (b"%PDF-", b"PK")
    assert sign_in(Client(), nadia).get(reverse("annex-document", args=[annex.pk, "en", "exe"])).status_code == 404
    assert case.reference in Annex.objects.get(pk=annex.pk).content
    # Two presses at once: neither knows of the other when it begins.
    monkeypatch.setattr(unsent_forms, "is_sent", lambda *_args: False)
    client, typed = sign_in(Client(), nadia), {"text": "سنعالج التأخر خلال شهر.", "form_key": str(uuid4())}
    posted = [client.post(reverse("annex-answer", args=[annex.pk]), typed).status_code for _press in range(2)]
    assert (posted, AnnexAnswer.objects.count()) == ([302, 302], 1)


def test_the_pages_read_well_in_both_languages_and_cost_the_same_for_more(
    annex: Annex,
    asma: User,
    nadia: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    reader = sign_in(Client(), asma)
    reader.get(reverse("circulations"))
    with django_assert_num_queries(4):
        reader.get(reverse("circulations"))
    reader.get(reverse("circulation", args=[annex.circulation_id]))
    with django_assert_num_queries(9):
        reader.get(reverse("circulation", args=[annex.circulation_id]))
    for language, words in (("ar", "أقل من 5"), ("en", "fewer than 5")):
        with translation.override(language):
            page = said(reader.get(reverse("annex", args=[annex.pk])))
            urls = (reverse("circulations"), reverse("circulation", args=[annex.circulation_id]))
            pages = [page, *(said(reader.get(each)) for each in urls)]
            assert words in page
            assert [reversed_numbers(each) for each in pages] == [[], [], []]
