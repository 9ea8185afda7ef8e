"""Who may not learn who filed a case reads it, lists it and searches it without its person, whoever wrote the words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Directorate, Governorate
from complaints.actions import (
    accept,
    add,
    add_task,
    ask,
    close,
    decline,
    label,
    link,
    note,
    propose_extension,
    refer,
    reply,
)
from complaints.actions.consultations import consult, find
from complaints.desk.queue_tabs import Tab
from complaints.engine import links
from complaints.models import Attachment, Case, LinkKind, StandardText
from complaints.suggestions import clues
from tests.cast import make_agency, make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, statements_of
from tests.house import addresses
from tests.prepared_rows import prepared

pytestmark = pytest.mark.usefixtures("clock", "english")

#: What a case page shows of its person to whoever may learn it, in words that people type themselves.
SIGNED = "المقدمة {0.full_name}، رقمي {0.number} وهاتفي {1} أو {0.phone}"
#: Answers that are no pages: their words are compressed, and have tests of their own.
NO_PAGES = {"desk-file", "desk-pdf-file"}


def signed(citizen: Citizen) -> str:
    return SIGNED.format(citizen, "079 " + citizen.phone[6:9] + " " + citizen.phone[9:])


def traces(*people: Citizen) -> list[str]:
    """Return what would tell who somebody is, in each spelling that is typed here."""
    return [
        trace
        for one in people
        for trace in (one.short_name, one.full_name, one.number, one.phone[4:], f"{one.phone[6:9]} {one.phone[9:]}")
    ]


@pytest.fixture
@prepared
def zaid(hours: object) -> User:
    """An officer of the agency that had the case first and passed it on."""
    roads = make_agency("roads", "وزارة الأشغال", "Ministry of Works", kind="ministry", sector="roads")
    return make_staff("zaid@roads.example", "زيد الور", "Zaid Wir", "+962790100088", roads, Role.OFFICER)


@pytest.fixture
@prepared
def sahar(water: Agency) -> User:
    """The secretary-general to whom a missed deadline at the water company goes."""
    return make_staff("sahar@water.example", "سحر", "Sahar", "+962790100089", water, Role.SECRETARY_GENERAL)


@pytest.fixture
@prepared
def hidden(
    file_case: FileCase, *, amina: Citizen, karim: Citizen, amman: Governorate, water: Agency, gam: Agency, zaid: User,
    omar: User, nadia: User, lina: User, yusuf: User, network: Directorate, now: datetime,
) -> Case:  # fmt: skip
    """A case of amina's, who hid, on which everybody wrote her name, beside one of karim's like it."""
    roads, about = zaid.memberships.get().agency, signed(amina)
    said = {"governorate": amman, "hides_identity": True, "area": f"بيت {amina.short_name}", "place": amina.phone}
    case = file_case(agency=roads, subject=f"انقطاع المياه عند {amina.short_name}", details=about, **said)
    decline(case, by=zaid, at=now, reason="other_place", text=about, proposed_agency=water)
    refer(case, by=lina, at=now, agency=water, reason=about)
    accept(case, by=omar, at=now, days=5)
    add(case, by=amina.user, at=now, text=about)
    ask(case, by=omar, at=now, text=about)
    reply(case, by=amina.user, at=now, text=about)
    note(case, by=omar, at=now, text=about)
    label(case, by=omar, at=now, name="عاجل")
    asked = consult(case, by=omar, at=now, directorate=network, text=about)
    find(asked, at=now, finding=about, signed_as="م. هيثم العدوان")
    consult(case, by=omar, at=now, directorate=network, text=about)
    propose_extension(case, by=omar, at=now, days=1, reason=about)
    add_task(case, by=omar, at=now, agency=gam, text=about, days=2)
    other = file_case(
        **said | {"citizen": karim, "area": "", "place": ""}, subject=f"انقطاع المياه عند {karim.short_name}",
        details=about.replace(amina.full_name, karim.full_name),
    )  # fmt: skip
    link(other, case, LinkKind.RELATED, by=omar, at=now)
    copied = file_case(**said | {"citizen": karim}, subject=f"موضوع {karim.short_name}", details=signed(karim))
    accept(copied, by=omar, at=now, days=5)
    close(copied, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    file_case(**said | {"citizen": karim}, subject=f"انقطاع المياه عند {karim.short_name}", details=about)
    Attachment.objects.create(
        case=case, name=f"{amina.full_name}.jpg", content_type="image/jpeg", size=1, sha256="0" * 64, added_at=now
    )
    StandardText.objects.create(
        agency=water, title="وصلة", found="عاينا الخط في {place}.", done="تم.", changed_by=omar, changed_at=now
    )
    clues.keep(at=now)
    case.refresh_from_db()
    return case


def pages_of(client: Client, case: Case, *, but: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each page of the desk about ``case`` ``but`` some, and each list that may hold it, with its text."""
    for name, parameters in addresses.named().items():
        if parameters == {"ref"} and name.startswith("desk-") and name not in {*NO_PAGES, *but}:
            yield name, client.get(address(name, case)).content.decode()
    queue = reverse("queue")
    for tab in Tab:
        yield f"queue {tab}", client.get(queue, {"view": tab.value}).content.decode()
    yield "search", client.get(queue, {"q": "انقطاع"}).content.decode()
    picked = {"case": f"{case.reference}-{case.version}"}
    for action in ("label", "link", "assign"):
        yield f"bulk {action}", client.post(reverse("queue-bulk"), {**picked, "bulk_action": action}).content.decode()
    answered = {"outcome": "solved", "found": FOUND, "done": DONE}
    yield "preview", client.post(address("desk-close", case), {"version": case.version, **answered}).content.decode()
    yield "stale", client.post(address("desk-note", case), {"version": 1, "send": "1", "text": "نص"}).content.decode()
    labelled = {**picked, "bulk_action": "label", "send": "1", "name": "x"}
    yield "done", client.post(reverse("queue-bulk"), labelled).content.decode()


type Walk = dict[str, dict[str, str]]


@pytest.fixture
def walk(desk: Desk, hidden: Case, request: pytest.FixtureRequest) -> Walk:
    """What each person who may not learn the name reads on each page; nobody finds what another has written."""
    walk: Walk = {}
    for who in ("omar", "nadia", "yusuf", "zaid", "sahar"):
        # A supervisor reads the case page, and what is closed to the officers of the desk.
        read = [name for name, text in walk["omar"].items() if "•••" in text] if who == "nadia" else []
        with transaction.atomic():
            walk[who] = dict(pages_of(desk(request.getfixturevalue(who)), hidden, but=set(read) - {"desk-case"}))
            transaction.set_rollback(True)
    return walk


def test_no_page_of_the_desk_names_a_person_to_whom_it_may_not(
    walk: Walk, desk: Desk, hidden: Case, omar: User, amina: Citizen, karim: Citizen
) -> None:
    secrets = traces(amina, karim)
    told = [
        (who, name, one)
        for who, pages in walk.items()
        for name, text in pages.items()
        for one in secrets
        if one in text
    ]
    assert told == []
    covered = "المقدمة •••، رقمي ••• وهاتفي ••• أو •••"
    assert [who for who, pages in walk.items() if covered not in pages["desk-case"]] == []
    # Without this the walk could have passed over empty lists.
    held = {name for name, text in walk["omar"].items() if "•••" in text}
    lists = {"queue open", "queue closed", "search", "bulk label", "bulk link", "bulk assign", "done", "preview"}
    assert lists | {"desk-case", "desk-link", "desk-unlink", "desk-note", "desk-pdf", "stale"} <= held
    case = desk(omar).get(address("desk-case", hidden))
    assert (len(case.context["linked_cases"].rows), len(case.context["similar"]) > 0) == (1, True)
    answered = {"version": hidden.version, "outcome": "solved", "found": FOUND, "done": DONE}
    assert desk(omar).post(address("desk-close", hidden), answered).context["copies"].number == 1


def test_the_unit_reads_the_words_as_they_were_written(desk: Desk, hidden: Case, lina: User, amina: Citizen) -> None:
    text = strip_tags(desk(lina).get(address("desk-case", hidden)).content.decode())
    assert (signed(amina) in text, "المقدمة •••" in text) == (True, False)


# ---- search ----


def found(client: Client, text: str) -> list[str]:
    return [row.case.reference for row in client.get(reverse("queue"), {"q": text}).context["rows"]]


@pytest.mark.parametrize(
    "typed",
    ["أمينة الخطيب", "الخطيب", "خطيب", "امينه", "9902103456", "0790001234", "٠٧٩٠٠٠١٢٣٤", "079", "كسر الخطيب"],
)
def test_what_is_covered_is_not_found(
    desk: Desk, file_case: FileCase, omar: User, lina: User, amina: Citizen, typed: str
) -> None:
    text = f"كسر أمام المدرسة. {amina.short_name} {amina.number} 0790001234"
    hides, shows = (file_case(details=text, hides_identity=hides) for hides in (True, False))
    assert found(desk(omar), typed) == [shows.reference]
    assert found(desk(lina), typed) == [shows.reference, hides.reference]
    assert found(desk(omar), "كسر المدرسة") == [shows.reference, hides.reference]


def test_a_page_is_filled_past_what_is_covered_and_no_next_one_tells_of_it(
    desk: Desk, file_case: FileCase, omar: User, amina: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("complaints.search.search.PAGE", 2)
    text = f"كسر أمام المدرسة. {amina.short_name}"
    oldest = file_case(details=text)
    for _ in range(5):
        file_case(details=text, hides_identity=True)
    newest = file_case(details=text)
    for _ in range(3):
        file_case(details=text, hides_identity=True)
    page = desk(omar).get(reverse("queue"), {"q": "الخطيب"})
    assert [row.case.reference for row in page.context["rows"]] == [newest.reference, oldest.reference]
    assert page.context["next"] == ""


def test_only_what_is_covered_costs_a_search_more(desk: Desk, file_case: FileCase, omar: User, amina: Citizen) -> None:
    file_case(hides_identity=True)
    plain = statements_of(desk(omar), reverse("queue") + "?q=انقطاع")
    for _ in range(3):
        file_case(details=f"كسر. {amina.short_name}", hides_identity=True)
    assert statements_of(desk(omar), reverse("queue") + "?q=انقطاع") == plain + 1


# ---- the link ----


def test_the_directorate_reads_what_it_is_asked_without_the_person(
    client: Client, hidden: Case, amina: Citizen
) -> None:
    asked = hidden.consultations.get(ended_at__isnull=True)
    text = client.get(reverse("directorate", args=[links.token_for(asked)])).content.decode()
    assert [one in text for one in traces(amina)] == [False] * 5
