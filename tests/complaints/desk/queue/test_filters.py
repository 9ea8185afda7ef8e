"""Filters: what each keeps, all of them together, and what falls away when a part is no longer there."""

from datetime import datetime, timedelta

from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, Membership, User
from agencies.models import Agency, Directorate, Governorate, Topic
from complaints.actions import accept, assign, label
from complaints.models import Case
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk


def queue(client: Client, **asked: object) -> list[str]:
    page = client.get(reverse("queue"), asked)
    assert page.status_code == 200
    assert list(page.context["query"].dropped_filters) == []
    return [row.case.reference for row in page.context["rows"]]


def test_by_topic_and_by_its_group(desk: Desk, file_case: FileCase, omar: User, leak: Topic, outage: Topic) -> None:
    leaking, off = file_case(topic=leak), file_case()
    assert queue(desk(omar), topic=leak.pk) == [leaking.reference]
    assert queue(desk(omar), topic=outage.parent_id) == [off.reference]


def test_by_directorate(desk: Desk, file_case: FileCase, omar: User, network: Directorate, now: datetime) -> None:
    ours, _others = file_case(), file_case()
    accept(ours, by=omar, at=now, days=3, directorate=network)
    assert queue(desk(omar), directorate=network.pk) == [ours.reference]


def test_by_officer_and_by_none(desk: Desk, file_case: FileCase, omar: User, hana: User, now: datetime) -> None:
    hers, nobodys = file_case(), file_case()
    assign(hers, by=omar, at=now, officer=hana)
    assert queue(desk(omar), officer=hana.pk) == [hers.reference]
    assert queue(desk(omar), officer="none") == [nobodys.reference]


def test_by_place(desk: Desk, file_case: FileCase, omar: User, irbid: Governorate) -> None:
    there, _elsewhere = file_case(governorate=irbid), file_case()
    assert queue(desk(omar), place=irbid.pk) == [there.reference]


def test_by_kind_and_channel(desk: Desk, file_case: FileCase, omar: User, leak: Topic) -> None:
    praise, _complaint = file_case(kind="praise", topic=leak), file_case()
    Case.objects.filter(pk=praise.pk).update(channel="phone")
    assert queue(desk(omar), kind="praise") == [praise.reference]
    assert queue(desk(omar), channel="phone") == [praise.reference]


def test_by_sensitivity(desk: Desk, file_case: FileCase, omar: User, leak: Topic, conduct: Topic) -> None:
    high, hidden, _plain = file_case(topic=leak), file_case(topic=conduct, hides_identity=True), file_case()
    assert queue(desk(omar), care="high") == [high.reference]
    assert queue(desk(omar), care="hidden") == [hidden.reference]
    assert queue(desk(omar), care="signature") == [hidden.reference]
    assert queue(desk(omar), care="urgent") == []


def test_by_label_of_the_own_desk(
    desk: Desk, file_case: FileCase, omar: User, lina: User, nadia: User, now: datetime
) -> None:
    case, _other = file_case(), file_case()
    label(case, by=omar, at=now, name="جولة ميدانية")
    assert queue(desk(nadia), label="جولة ميدانية") == [case.reference]
    assert "جولة ميدانية" not in desk(lina).get(reverse("queue")).content.decode()


def test_by_days_of_filing_both_included_by_the_clock_in_amman(
    desk: Desk, file_case: FileCase, omar: User, now: datetime
) -> None:
    midnight = now.replace(hour=0, minute=0)
    before, first, last, _after = (
        file_case(at=at)
        for at in (
            midnight - timedelta(minutes=1),
            midnight,
            midnight + timedelta(hours=23),
            midnight + timedelta(days=1),
        )
    )
    day = midnight.date().isoformat()
    assert sorted(queue(desk(omar), since=day, until=day)) == sorted([first.reference, last.reference])
    assert queue(desk(omar), until="٢٠٢٦-٠١-٠٣") == [before.reference]


def test_the_unit_narrows_by_agency_and_then_by_its_officers(
    desk: Desk, file_case: FileCase, omar: User, yusuf: User, lina: User, gam: Agency, now: datetime
) -> None:
    ours, _theirs = file_case(), file_case(agency=gam)
    water = ours.agency
    assert water is not None
    assign(ours, by=omar, at=now, officer=omar)
    assert queue(desk(lina), agency=water.pk) == [ours.reference]
    assert queue(desk(lina), agency=water.pk, officer=omar.pk) == [ours.reference]
    assert queue(desk(lina), agency=gam.pk, officer=yusuf.pk) == []


def test_filters_narrow_each_other_and_a_search(
    desk: Desk, file_case: FileCase, omar: User, leak: Topic, karim: Citizen, irbid: Governorate
) -> None:
    both = file_case(topic=leak, governorate=irbid)
    file_case(topic=leak)
    file_case(governorate=irbid)
    client = desk(omar)
    assert queue(client, topic=leak.pk, place=irbid.pk) == [both.reference]
    assert queue(client, q="انقطاع", topic=leak.pk, place=irbid.pk) == [both.reference]


NOT_THERE = [
    ("topic", "999999", "Topic"),
    ("topic", "x", "Topic"),
    ("officer", "not-a-key", "Officer"),
    ("officer", "00000000-0000-0000-0000-000000000000", "Officer"),
    ("directorate", "9" * 40, "Directorate"),
    ("agency", "1", "Agency"),
    ("agency", "٣", "Agency"),
    ("place", "-1", "Governorate"),
    ("kind", "threat", "Kind"),
    ("channel", "<b>", "Channel"),
    ("care", "none", "Sensitivity"),
    ("label", "a'); --", "Label"),
    ("since", "yesterday", "Filed from"),
    ("until", "2026-02-31", "Filed until"),
    ("since", "0000-01-01", "Filed from"),
    ("since", "0001-01-01", "Filed from"),
    ("until", "9999-12-31", "Filed until"),
]


def test_what_is_not_there_is_left_out_and_named(desk: Desk, referred: Case, omar: User) -> None:
    client, faults = desk(omar), []
    for name, value, part in NOT_THERE:
        page = client.get(reverse("queue"), {name: value})
        listed = [row.case.reference for row in page.context["rows"]]
        named = "Part of this filter no longer exists" in page.content.decode()
        if (listed, list(page.context["query"].dropped_filters), named) != ([referred.reference], [part], True):
            faults.append((name, value))
    assert faults == []


def test_a_filter_in_force_has_a_link_that_removes_it(desk: Desk, referred: Case, omar: User, outage: Topic) -> None:
    page = desk(omar).get(reverse("queue"), {"topic": outage.pk, "kind": "complaint", "sort": "newest"})
    assert page.context["active_filters"] == [
        ("Topic: Water outage", "?view=open&sort=newest&kind=complaint"),
        ("Kind: Complaint", f"?view=open&sort=newest&topic={outage.pk}"),
    ]


def test_an_officer_of_another_agency_cannot_be_chosen(desk: Desk, referred: Case, omar: User, yusuf: User) -> None:
    page = desk(omar).get(reverse("queue"), {"officer": str(yusuf.pk)})
    assert list(page.context["query"].dropped_filters) == ["Officer"]
    assert yusuf.name not in page.content.decode()


def test_an_officer_who_left_is_left_out(desk: Desk, referred: Case, omar: User, hana: User, now: datetime) -> None:
    Membership.objects.filter(user=hana).update(ends_on=now.date() - timedelta(days=1))
    page = desk(omar).get(reverse("queue"), {"officer": str(hana.pk)})
    assert list(page.context["query"].dropped_filters) == ["Officer"]
