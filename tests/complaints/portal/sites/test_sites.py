"""The form on an agency's own site: chosen by the address, framed by its origin alone, without cookies, counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, AgencySite, KnownProblem, OutsideCentre, Topic, browser_origin
from complaints.models import Case, Channel, Draft, SiteCase
from complaints.portal.filing_steps import COOKIE
from tests.cast import make_agency, make_staff, sign_in
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, statements_of
from tests.complaints.portal.filing.steps import send, where
from tests.prepared_rows import prepared

pytestmark = pytest.mark.django_db
ORIGIN = "https://www.water.example"
WORDS = "ماء كثير في الشارع منذ الصباح أمام البيت"
OWN = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
@prepared
def site(water: Agency) -> AgencySite:
    return AgencySite.objects.create(agency=water, origin=ORIGIN)


def page_of(name: str, site: AgencySite) -> str:
    return reverse(name, args=[site.pk])


@pytest.mark.usefixtures("omar", "leak")
def test_the_frame_opens_the_main_site_and_one_case_says_which_site(
    client: Client, site: AgencySite, amina: Citizen
) -> None:
    form = {"topic": "water-leak", "details": WORDS}
    shown = client.post(page_of("embedded-check", site), form)
    assert (shown.status_code, WORDS in shown.content.decode(), dict(shown.cookies)) == (200, True, {})
    begun = client.post(page_of("embedded-begin", site), form, **OWN)
    draft = Draft.objects.get()
    assert (where(begun), draft.site, draft.agency, draft.topic.code) == (
        reverse("new-check", args=["complaint"]),
        *(site, site.agency, "water-leak"),
    )
    assert (draft.details, draft.subject, COOKIE in begun.cookies) == (WORDS, WORDS, True)
    sign_in(client, amina)
    client.get(begun.url)
    send(client, draft)
    case = Case.objects.get()
    assert (case.channel, case.agency, case.citizen) == (Channel.AGENCY_SITE, site.agency, amina)
    assert (SiteCase.objects.get().case, SiteCase.objects.get().site) == (case, site)
    assert case.events.get().facts["channel"] == Channel.AGENCY_SITE


def test_the_frame_belongs_to_its_origin_alone_and_sets_nothing(
    client: Client, site: AgencySite, leak: Topic, now, clock: Clock, settings
) -> None:
    settings.CALL_CENTRE_PHONE = "5008080"
    names = {"name_ar": "مركز المياه", "name_en": "Water centre", "phone": "117116"}
    OutsideCentre.objects.create(code="water", agency=site.agency, **names)
    day = timedelta(days=1)
    times = {"starts_at": now - day, "ends_at": now + day, "published_at": now, "changed_at": now}
    KnownProblem.objects.create(agency=site.agency, topic=leak, text_ar="انقطاع", text_en="Cut", **times)
    frame = client.get(page_of("embedded", site), {"topic": "water-leak"})
    text = frame.content.decode()
    assert frame.headers["Content-Security-Policy"].endswith(f"frame-ancestors {ORIGIN}")
    assert ("X-Frame-Options" in frame.headers, dict(frame.cookies), "<script" in text) == (False, {}, False)
    assert [word in text for word in ("5008080", "117116", "انقطاع", 'value="water-leak" selected')] == [True] * 4
    every = client.get(reverse("new", args=["complaint"]))
    assert every.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in every.headers["Content-Security-Policy"]
    badge = client.get(reverse("badge"))
    assert (badge.headers["Content-Type"], badge.headers["Cross-Origin-Resource-Policy"]) == (
        *("image/svg+xml", "cross-origin"),
    )
    for change in ({"is_active": False}, {"agency__is_complainable": False}):
        if "is_active" in change:
            AgencySite.objects.update(is_active=False)
        else:
            AgencySite.objects.update(is_active=True)
            Agency.objects.update(is_complainable=False)
        answers = [client.get(page_of("embedded", site))]
        answers += [
            client.post(page_of(name, site), {"details": WORDS}) for name in ("embedded-check", "embedded-begin")
        ]
        assert [answer.status_code for answer in answers] == [404] * 3, change


@pytest.mark.usefixtures("omar", "leak")
def test_the_frame_takes_all_four_kinds_and_offers_the_topics_of_each(
    client: Client, site: AgencySite, amina: Citizen
) -> None:
    Topic.objects.filter(code="water-leak").update(kinds=["complaint"])
    for kind, words in (("suggestion", "اقتراح"), ("inquiry", "استفسار"), ("praise", "ثناء")):
        frame = client.get(page_of("embedded", site), {"kind": kind, "topic": "water-leak"}).content.decode()
        assert [words in frame, f'name="kind" value="{kind}"' in frame, 'value="water-leak"' in frame] == [
            *(True, True, False),
        ]
        begun = client.post(page_of("embedded-begin", site), {"kind": kind, "details": f"{WORDS} {kind}"}, **OWN)
        draft = Draft.objects.get(kind=kind)
        assert (where(begun), draft.site, draft.agency) == (reverse("new-agency", args=[kind]), site, site.agency)
    for nonsense in ("", "x", "complaint praise"):
        answered = client.get(page_of("embedded", site), {"kind": nonsense})
        assert (answered.status_code, answered.context["form"].chosen_kind) == (200, "complaint")


@pytest.mark.usefixtures("leak")
def test_what_another_site_sends_is_shown_once_more_and_nothing_is_kept(client: Client, site: AgencySite) -> None:
    begin = page_of("embedded-begin", site)
    for headers in ({"HTTP_ORIGIN": ORIGIN}, {"HTTP_ORIGIN": "null"}, {}, {"HTTP_SEC_FETCH_SITE": "cross-site"}):
        answer = client.post(begin, {"details": WORDS}, **headers)
        assert (answer.status_code, dict(answer.cookies), WORDS in answer.content.decode()) == (200, {}, True)
    for wrong in ({"details": ""}, {"details": WORDS, "topic": "x"}, {"details": "x" * 6000}):
        answer = client.post(begin, wrong, **OWN)
        assert (answer.status_code, bool(answer.context["form"].errors)) == (200, True)
    assert Draft.objects.count() == 0
    for number in range(3):
        assert client.post(begin, {"details": f"{WORDS} {number}"}, **OWN).status_code == 302
    assert client.post(begin, {"details": WORDS}, **OWN).status_code == 429
    assert client.post(begin, {"details": WORDS}, HTTP_SEC_FETCH_SITE="same-origin").status_code == 429


def test_an_address_chooses_agency_and_topic_before_signing_in_and_nonsense_chooses_nothing(
    client: Client, site: AgencySite, leak: Topic, gam: Agency
) -> None:
    new, what = (reverse(name, args=["complaint"]) for name in ("new", "new-what"))
    page = client.get(new, {"agency": "miyahuna", "topic": "water-leak", "site": site.pk})
    assert (page.context["draft"].agency, page.context["draft"].topic) == (site.agency, leak)
    pressed = client.post(page.context["urls"]["what"], {"draft": page.context["draft"].pk, "details": WORDS})
    draft = Draft.objects.get()
    assert (where(pressed), draft.agency, draft.topic, draft.site) == (
        *(reverse("new-check", args=["complaint"]), site.agency, leak, site),
    )
    waiting = client.get(new, {"agency": "gam"})
    assert "agency=gam" in waiting.context["another_url"]
    for nonsense in ({"agency": "nobody"}, {"topic": "x"}, {"site": "9" * 30}, {"site": "-1"}, {"agency": "cmu\u200f"}):
        found = Client().get(what, nonsense).context["draft"]
        assert (found.agency, found.topic, found.site_id) == (None, None, None), nonsense
    Topic.objects.filter(pk=leak.pk).update(sectors=["health"])
    Topic.objects.create(code="w", parent=leak.parent, name_ar="ع", name_en="W", kinds=["complaint"], limit_days=5)
    found = Client().get(what, {"agency": "miyahuna", "topic": "water-leak"}).context["draft"]
    assert (found.agency, found.topic) == (site.agency, None)


def test_supervisors_see_their_sites_with_the_snippets_and_what_came_through(
    site: AgencySite, nadia: User, lina: User, omar: User, desk: Desk, file_case: FileCase, clock: Clock
) -> None:
    for number in range(2):
        SiteCase.objects.create(case=file_case(), site=site, filed_at=clock.at - timedelta(days=40 * number))
    url = reverse("desk-sites")
    page = desk(nadia).get(url)
    (part,) = page.context["parts"]
    assert (part.counts.all, part.counts.lately, part.counts.open) == (2, 1, 2)
    assert f"/ar/embed/{site.pk}/" in part.frame_code
    assert f"/ar/new/complaint/?agency=miyahuna&amp;site={site.pk}" in part.badge_code
    unit, gam = desk(lina), make_agency("gam", "أمانة", "Amman")
    once = statements_of(unit, url)
    for number in range(2):
        AgencySite.objects.create(agency=gam, origin=f"https://{number}.gam.example")
    assert (statements_of(unit, url), len(unit.get(url).context["parts"])) == (once, 3)
    assert (desk(omar).get(url).status_code, len(desk(nadia).get(url).context["parts"])) == (404, 1)


def test_the_head_registers_an_origin_and_nothing_else(water: Agency, desk: Desk) -> None:
    hala = make_staff("hala@cmu.example", "هالة", "Hala", "+962790100077", water, Role.CMU_HEAD)
    add = reverse("directory-add", args=["sites"])
    assert desk(hala).post(add, {"agency": water.pk, "origin": "HTTPS://WWW.Water.Example:443/"}).status_code == 302
    assert AgencySite.objects.get().origin == ORIGIN
    twice = desk(hala).post(add, {"agency": water.pk, "origin": ORIGIN})
    assert list(twice.context["form"].errors) == ["origin"]
    assert [browser_origin(good) for good in ("http://localhost:80", "https://a.jo:8443")] == [
        *("http://localhost", "https://a.jo:8443"),
    ]
    for bad in (
        *("", "www.water.example", "http://water.example", "https://*.jo", "https://a.jo/page", "https://u:p@a.jo"),
        *(
            "https://a.jo?x",
            "https://a.jo:99999",
            "https://a.jo;",
            "https://a.jo https://b.jo",
            "javascript:1",
            "https://",
        ),
    ):
        with pytest.raises(ValidationError):
            browser_origin(bad)
