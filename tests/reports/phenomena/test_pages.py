"""A phenomenon from the nightly proposal to a commitment, its evidence and a directive; who sees and may do what."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.models import Case
from reports.models import Directive, Phenomenon, PhenomenonEntry, PhenomenonFile
from reports.periods import ReportPeriod
from reports.phenomena import actions, batch
from reports.phenomena.batch import CaseWords, Growth, Place
from reports.phenomena.report_section import phenomena_section
from tests.cast import sign_in
from tests.reports.directives.conftest import picture_file
from tests.reports.directives.test_pages import status

pytestmark = pytest.mark.usefixtures("english", "cases", "clock")
CAUSE = "كُسر الخط الرئيسي عند التقاطع."


@pytest.fixture
def leaks(leak: Topic, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Phenomenon:
    """What the nightly search proposes when it finds that all cases of the topic grow."""
    return proposed(now, monkeypatch)


def proposed(at: datetime, monkeypatch: pytest.MonkeyPatch, *, area: str = "") -> Phenomenon:
    """Return what the search proposes when the cases of a topic grow, in an area where one is named."""

    def grows(texts: list[CaseWords], **_options: object) -> list[Growth]:
        return [Growth(Place(None, area), texts, 20, 4, 3.5, ("تسرب~",))]

    monkeypatch.setattr(batch, "growing", grows)
    monkeypatch.setattr(batch, "FEWEST", 1)
    assert (batch.find_phenomena(at=at), batch.find_phenomena(at=at)) == (1, 0)
    return Phenomenon.objects.get()


def test_an_area_that_is_written_in_two_ways_equally_often_has_the_name_of_its_first_case(
    leak: Topic, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = Case.objects.filter(topic=leak).order_by("pk")
    names = ["الجبيهه", "الجبيهة"]
    # A changed row is stored behind those that were not.
    for place, case in reversed(list(enumerate([first, *others]))):
        Case.objects.filter(pk=case.pk).update(area=names[place] if place < len(names) else f"حي {place}")
    assert proposed(now, monkeypatch, area="x").area == names[0]


def at_desk(user: User) -> Client:
    return sign_in(Client(), user)


def page(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def send(client: Client, page_name: str, phenomenon: Phenomenon, **typed: object) -> int:
    phenomenon.refresh_from_db()
    url = reverse(page_name, args=[phenomenon.pk])
    return client.post(url, {"version": phenomenon.version, **typed}).status_code


def issue_directive(head: Client, phenomenon: Phenomenon, agency: Agency) -> int:
    """Order what a phenomenon needs, from its page; return the status."""
    url = f"{reverse('directive-new')}?agency={agency.code}&phenomenon={phenomenon.pk}"
    words = {"title": "استبدال الخط الرئيسي", "text": "استبدلوا الخط.", "due_on": "22/2/2026"}
    return head.post(url, {"agency": agency.code, **words}).status_code


def test_a_proposal_is_described_committed_to_and_followed(
    leaks: Phenomenon, lina: User, ghada: User, nadia: User, omar: User, yusuf: User, water: Agency
) -> None:
    unit, head, owner = at_desk(lina), at_desk(ghada), at_desk(nadia)
    assert leaks.name in unit.get(f"{reverse('phenomena')}?view=proposed").content.decode()
    assert owner.get(reverse("phenomenon", args=[leaks.pk])).status_code == 404
    said = {"name": "تسرب في الحي الشرقي", "topic": leaks.topic.code, "cause": CAUSE, "owner": water.code}
    assert send(unit, "phenomenon-edit", leaks, name="قصير") == 200
    assert send(unit, "phenomenon-edit", leaks, **said) == 302
    stale = unit.post(reverse("phenomenon-edit", args=[leaks.pk]), {**said, "version": 1})
    assert (stale.status_code, "changed this phenomenon in the meantime" in stale.content.decode()) == (409, True)
    # The owner's supervisor commits it; an officer reads; a stranger finds nothing.
    assert CAUSE in page(owner, "phenomenon", leaks.pk)
    officer = at_desk(omar)
    assert (CAUSE in page(officer, "phenomenon", leaks.pk), send(officer, "phenomenon-commit", leaks)) == (True, 404)
    assert (send(owner, "phenomenon-edit", leaks, **said), send(unit, "phenomenon-commit", leaks)) == (404, 404)
    late = {"text": "نستبدل الخط الرئيسي كله.", "due_on": "1/1/2020"}
    assert send(owner, "phenomenon-commit", leaks, **late) == 200
    assert send(owner, "phenomenon-commit", leaks, **late | {"due_on": "1/3/2026"}) == 302
    assert send(owner, "phenomenon-evidence", leaks, text="", attachments=[picture_file()]) == 200
    assert not PhenomenonFile.objects.exists()
    evidence = {"text": "محضر الكشف رقم 12", "attachments": [picture_file()]}
    assert send(owner, "phenomenon-evidence", leaks, **evidence) == 302
    file = reverse("phenomenon-file", args=[leaks.pk, PhenomenonFile.objects.get().attachment_id])
    assert file in page(unit, "phenomenon", leaks.pk)
    opened = [status(at_desk(user), file) for user in (lina, omar, yusuf)]
    assert opened == [200, 200, 404]
    assert issue_directive(head, leaks, water) == 302
    leaks.refresh_from_db()
    assert (leaks.due_on, leaks.owner) == (date(2026, 3, 1), water)
    kinds = list(PhenomenonEntry.objects.values_list("kind", flat=True).order_by("number"))
    assert kinds == ["proposed", "described", "committed", "evidence", "directive"]
    shown = page(unit, "phenomenon", leaks.pk)
    assert ("استبدال الخط الرئيسي" in shown, "It is too early" in shown) == (True, True)
    # Directives are for the heads of the agency, not for its officers.
    named = ["استبدال الخط الرئيسي" in page(at, "phenomenon", leaks.pk) for at in (owner, officer)]
    assert named == [True, False]
    directive = page(owner, "directive", Directive.objects.get().pk)
    assert f'href="/en/staff/reports/phenomena/{leaks.pk}/"' in directive
    assert at_desk(yusuf).get(reverse("phenomenon", args=[leaks.pk])).status_code == 404


def test_cases_are_listed_for_those_who_may_open_them_and_joined_by_hand(
    leaks: Phenomenon, lina: User, omar: User, water: Agency, leak: Topic, now: datetime
) -> None:
    unit = at_desk(lina)
    actions.describe(leaks.pk, said(water), version=1, by=lina, at=now)
    own = set(Case.objects.filter(agency=water, topic=leak).values_list("reference", flat=True))
    seen = at_desk(omar).get(reverse("phenomenon", args=[leaks.pk])).context["cases"]
    assert {case.reference for case in seen} <= own
    assert len(unit.get(reverse("phenomenon", args=[leaks.pk])).context["cases"]) > len(seen)
    case = Case.objects.filter(topic=leak).latest("pk")
    typed = {"reference": case.reference, "what": "remove"}
    assert send(unit, "phenomenon-cases", leaks, **typed) == 302
    assert send(unit, "phenomenon-cases", leaks, **typed) == 200
    assert send(unit, "phenomenon-cases", leaks, reference="2699999999", what="join") == 200
    # The nightly search does not bring it back.
    batch.find_phenomena(at=now)
    assert not leaks.cases.filter(case=case, removed_at=None).exists()
    assert send(unit, "phenomenon-cases", leaks, **typed | {"what": "join"}) == 302
    assert leaks.cases.filter(case=case, removed_at=None, joined_by=lina).exists()


def test_an_agency_reads_no_identity_no_number_of_a_case_of_others_and_no_small_number(
    lina: User, omar: User, water: Agency, leak: Topic, now: datetime
) -> None:
    found = actions.record_by_hand(said(water), by=lina, at=now)
    name = "زهير البستنجي"
    case = Case.objects.filter(agency=water, topic=leak).latest("pk")
    other = Case.objects.exclude(agency=water).exclude(agency=None).latest("pk")
    Citizen.objects.filter(pk=case.citizen_id).update(first_name="زهير", family_name="البستنجي")
    Case.objects.filter(pk=case.pk).update(hides_identity=True, subject=f"شكوى {name} من تسرب")
    actions.join(found.pk, case, version=1, by=lina, at=now)
    actions.join(found.pk, other, version=2, by=lina, at=now)
    actions.remove(found.pk, other, version=3, by=lina, at=now)
    number = f"{other.reference[:2]} {other.reference[2:6]} {other.reference[6:]}"
    unit, agency = (page(at_desk(user), "phenomenon", found.pk) for user in (lina, omar))
    assert "البستنجي" in unit
    assert other.reference in unit
    assert reverse("desk-case", args=[case.reference]) in agency
    assert not [told for told in ("البستنجي", other.reference, number) if told in agency]
    listed = [page(at_desk(user), "phenomena") for user in (lina, omar)]
    assert ["fewer than 5" in text for text in (unit, agency, *listed)] == [False, True, False, True]


def said(owner: Agency | None) -> actions.Description:
    return actions.Description("تسرب متكرر", CAUSE, "", None, None, owner)


def test_one_is_merged_dismissed_or_recorded_by_hand(leaks: Phenomenon, lina: User, omar: User, now: datetime) -> None:
    unit = at_desk(lina)
    assert unit.post(reverse("phenomenon-new"), {"name": "ضعف الضخ في الأحياء العليا"}).status_code == 302
    other = Phenomenon.objects.exclude(pk=leaks.pk).get()
    assert send(unit, "phenomenon-dismiss", leaks, decision="merge", reason="الشكاوى نفسها") == 200
    merged = {"decision": "merge", "into": other.pk, "reason": "الشكاوى نفسها"}
    assert send(unit, "phenomenon-dismiss", leaks, **merged) == 302
    assert other.cases.count() == leaks.cases.count() > 0
    assert send(unit, "phenomenon-dismiss", leaks, **merged) == 404
    assert send(unit, "phenomenon-dismiss", other, decision="dismiss", reason="موسم لا ظاهرة") == 302
    assert (batch.find_phenomena(at=now), Phenomenon.objects.count()) == (0, 2)
    assert at_desk(omar).get(reverse("phenomenon-new")).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        PhenomenonEntry.objects.update(text="x")


def test_list_and_report_take_as_many_statements_for_three_as_for_one(
    leaks: Phenomenon, lina: User, water: Agency, now: datetime
) -> None:
    unit, url = at_desk(lina), f"{reverse('phenomena')}?view=accepted"
    actions.describe(leaks.pk, said(water), version=1, by=lina, at=now)
    counts = []
    for _ in range(2):
        unit.get(url)
        with CaptureQueriesContext(connection) as asked:
            unit.get(url)
        counts.append(len(asked))
        for _ in range(2):
            actions.record_by_hand(said(None), by=lina, at=now)
    assert counts[0] == counts[1]
    period, at = ReportPeriod(now.date() - timedelta(days=60), now.date()), now + timedelta(hours=1)
    section = phenomena_section(period, at=at)
    assert section.paragraphs[0] == "5 phenomena are recorded."
    assert section.table("phenomena").rows[0][0] == "تسرب متكرر"
