"""The pages of directives: who opens them, what they refuse, and what a second person is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from accounts.models import Citizen, User
from agencies.models import Holiday, Topic
from complaints import unsent_forms
from complaints.actions import file
from complaints.actions.filing import Filing
from complaints.models import Attachment
from reports.directives import actions
from reports.models import Directive, DirectiveState
from tests.cast import sign_in
from tests.reports.directives.conftest import TEXT, Issue, done, picture_file
from tests.ui.bidi import reversed_numbers


@pytest.fixture(autouse=True)
def _today(time_machine: TimeMachineFixture, now: datetime) -> None:
    time_machine.move_to(now, tick=False)


def said(page: object) -> str:
    return page.content.decode()


def status(client: Client, url: str) -> int:
    """Return the status of an answer, its file closed."""
    answer = client.get(url)
    for closer in answer._resource_closers:
        closer()
    return answer.status_code


def test_two_presses_at_once_issue_one_directive(asma: User, nadia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsent_forms, "is_sent", lambda *_args: False)
    client, typed = sign_in(Client(), asma), {"agency": "miyahuna", "title": "تأخر طلبات التسرب", "text": TEXT}
    typed |= {"due_on": "8/1/2026", "form_key": str(uuid4())}
    assert [client.post(reverse("directive-new"), typed).status_code for _press in range(2)] == [302, 302]
    assert Directive.objects.count() == 1


def test_an_issuer_is_told_beside_the_field_what_is_wrong_and_then_issues(
    asma: User, nadia: User, gam: object, now: datetime
) -> None:
    client, url = sign_in(Client(), asma), reverse("directive-new")
    Holiday.objects.create(on=now.date().replace(day=7), name_ar="عطلة", name_en="Day off")
    typed = {"agency": "", "title": "تأخر طلبات التسرب", "text": TEXT, "due_on": "7/1/2026"}
    page = client.post(url, typed)
    assert set(page.context["form"].errors) == {"agency", "due_on"}
    assert "تأخر طلبات التسرب" in said(page)
    assert "8/1/2026" in str(page.context["form"].errors["due_on"])
    for day in ("4/1/2026", "9/1/2026", "5/1/2028", "31/2/2026"):
        assert "due_on" in client.post(url, typed | {"agency": "miyahuna", "due_on": day}).context["form"].errors
    # Nobody at Greater Amman would read it.
    assert set(client.post(url, typed | {"agency": "gam", "due_on": "8/1/2026"}).context["form"].errors) == {"agency"}
    assert Directive.objects.count() == 0
    issued = client.post(url, typed | {"agency": "miyahuna", "due_on": "8/1/2026"})
    directive = Directive.objects.get()
    assert (issued.status_code, issued["Location"]) == (302, reverse("directive", args=[directive.pk]))
    assert directive.office == "pm_office"


def test_each_person_reads_reports_and_decides_what_is_theirs(
    issue: Issue, nadia: User, now: datetime, request: pytest.FixtureRequest
) -> None:
    people = {name: request.getfixturevalue(name) for name in ("asma", "ghada", "lina", "nadia", "omar", "yusuf")}
    directive = issue()
    actions.report(directive.pk, done(now), version=1, by=nadia, at=now)
    file = Attachment.objects.get()
    urls = {
        "list": reverse("directives"),
        "new": reverse("directive-new"),
        "page": reverse("directive", args=[directive.pk]),
        "step": reverse("directive-step", args=[directive.pk]),
        "decision": reverse("directive-decision", args=[directive.pk]),
        "file": reverse("directive-file", args=[directive.pk, file.pk]),
    }
    answers = {
        name: [status(sign_in(Client(), person), url) for url in urls.values()] for name, person in people.items()
    }
    assert answers == {
        #       list new page step decision file
        "asma": [200, 200, 200, 404, 200, 200],
        "ghada": [200, 200, 200, 404, 404, 200],
        "lina": [200, 404, 200, 404, 404, 200],
        # It is reported already: nothing to do there.
        "nadia": [200, 404, 200, 302, 404, 200],
        "omar": [404, 404, 404, 404, 404, 404],
        "yusuf": [404, 404, 404, 404, 404, 404],
    }


def test_of_two_people_at_once_the_second_is_told_and_keeps_the_words(issue: Issue, asma: User, nadia: User) -> None:
    directive = issue()
    nadias, url = sign_in(Client(), nadia), reverse("directive-step", args=[directive.pk])
    without = {"text": "أصلحنا 40 موقعًا.", "is_done": "on", "version": 1}
    assert "attachments" in nadias.post(url, without).context["form"].errors
    reported = nadias.post(url, without | {"attachments": [picture_file()]})
    assert (reported.status_code, Directive.objects.get().state) == (302, DirectiveState.REPORTED)
    second = nadias.post(url, {"text": "بدأنا أمس.", "version": 1})
    assert (second.status_code, "بدأنا أمس." in said(second)) == (409, True)
    asmas, url = sign_in(Client(), asma), reverse("directive-decision", args=[directive.pk])
    page = asmas.post(url, {"decision": "send_back", "text": "", "version": 2})
    assert set(page.context["form"].errors) == {"text"}
    assert asmas.post(url, {"decision": "close", "version": 1}).status_code == 409
    assert asmas.post(url, {"decision": "close", "version": 2}).status_code == 302
    assert Directive.objects.get().state == DirectiveState.CLOSED
    # In a window of before: neither a wrong choice nor a button that can do nothing.
    late = asmas.post(url, {"decision": "send_back", "text": "أرسلوا الصور.", "version": 2})
    errors = late.context["form"].errors
    assert (late.status_code, "__all__" in errors, "أرسلوا الصور." in said(late)) == (409, True, True)
    assert (late.context["is_possible"], "Save the decision" in said(late)) == (False, False)


def test_the_pages_read_well_in_both_languages_and_cost_the_same_for_three(
    issue: Issue, asma: User, nadia: User, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(Client(), asma)
    directive = issue()
    client.get(reverse("directives"))
    with django_assert_num_queries(4) as one:
        client.get(reverse("directives"))
    for number in range(2):
        issue(title=f"توجيه رقم {number}")
    with django_assert_num_queries(len(one)):
        page = client.get(reverse("directives"))
    assert len(page.context["directives"]) == 3
    actions.report(directive.pk, done(now), version=1, by=nadia, at=now)
    for language in ("ar", "en"):
        with translation.override(language):
            for url in (reverse("directives"), reverse("directive", args=[directive.pk]), reverse("directive-new")):
                assert reversed_numbers(said(client.get(url))) == []


def test_a_directive_keeps_the_figure_it_comes_from(
    asma: User, nadia: User, omar: User, amina: Citizen, leak: Topic, now: datetime
) -> None:
    def file_case() -> None:
        said = Filing(
            citizen=amina, kind="complaint", agency=omar.memberships.get().agency, topic=leak, subject="تسرب",
            details="منذ أسبوع",
        )  # fmt: skip
        file(said, by=amina.user, at=now - timedelta(hours=1))

    client, url = sign_in(Client(), asma), reverse("directive-new")
    file_case()
    span = "first=2026-01-01&last=2026-01-04&agency=miyahuna"
    inverted, future = "first=2026-01-04&last=2026-01-01", "first=2027-01-01&last=2027-01-02"
    ages, endless = "first=0001-01-02&last=2026-01-04", "first=2026-01-01&last=9999-12-31"
    for wrong in (
        "x", f"late&{inverted}", f"late&{future}", f"late&{ages}", f"late&{endless}", "late&first=x", f"late&{span}x",
    ):  # fmt: skip
        assert client.get(f"{url}?measure={wrong}").status_code == 404
    assert client.get(f"{url}?measure=rated&{span}").context["problem"] != ""
    typed = {"agency": "miyahuna", "title": "تأخر طلبات التسرب", "text": TEXT, "due_on": "7/1/2026"}
    client.post(f"{url}?measure=received&{span}", typed)
    directive = Directive.objects.get()
    assert (directive.measure, directive.value == 1) == ("received", True)
    assert directive.scope == {"agencies": [directive.agency_id]}
    file_case()
    figure = client.get(reverse("directive", args=[directive.pk])).context["figure"]
    # The value stays; beside it stands what came since the day of the issue.
    assert (figure.shown, figure.shown_since) == ("1", "2")
