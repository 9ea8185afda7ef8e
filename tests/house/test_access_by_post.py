"""Every address by GET and POST as the wrong person: of open, hidden, closed cases and of one about the reader.

Each pair of an address and a person is asked once by each method, about the cases in turn; whom a case is about, and
the agency from which a person hid, are asked about theirs at every address.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone

from tests.bench.attack.judging import content
from tests.bench.attack.leak import everybody_sees_every_case
from tests.bench.attack.town import NUMBERS, WORD, Town, make_town
from tests.cast import sign_in
from tests.complaints.pages import Clock
from tests.house import addresses, test_access
from tests.house.test_access import ask

quick_answers = test_access.quick_answers
pytestmark = pytest.mark.usefixtures("quick_answers")

#: Visitor, another citizen, another agency, contact centre, operator, a directorate, the Prime Minister's office.
OUTSIDE = ("nobody", "karim", "yusuf", "sami", "huda", "haitham", "asma")
#: Whose pages of a case `test_access` opens.
ASKED_ELSEWHERE = ("nobody", "karim", "yusuf", "sami")
CASES = ("open", "hidden", "about", "closed")
MOST_OF_THE_PAGES = 30
BODY = {"version": "1", "send": "1", "text": "x", "reason": "x", "days": "3", "ref": "x", "title": "x", "found": "x"}
#: Addresses at which a stranger's session may be asked for more than there is.
DOORS = ("/sign-in/", "/staff/")


type Browsers = dict[str, Client]


@pytest.fixture
def browsers(town: Town) -> Browsers:
    """A browser for everybody, signed in."""
    return {name: sign_in(Client(), person) for name, person in town.people.items()} | {"nobody": Client()}


@pytest.fixture
def town(db: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    """People and cases, in a moment that stands still."""
    monkeypatch.setattr(timezone, "now", Clock(now))
    return make_town(now)


def sent_astray(town: Town, browsers: Browsers) -> Iterator[tuple[str, str, str, HttpResponseBase]]:
    """Yield name, method, person and case, and the answer, of each request about a case that is not for the person."""
    of_cases = {name for name, parameters in addresses.named().items() if "ref" in parameters}
    about = {
        case: addresses.below({"ref": town.places[case], "kind": "complaint", "pk": town.places["file"]})
        for case in CASES
    }
    for number, name in enumerate(sorted(of_cases)):
        turns = [(person, CASES[(number + place) % len(CASES)]) for place, person in enumerate(OUTSIDE)]
        turns += [("nadia", "about")]
        turns += [(person, "hidden") for person in ("omar", "nadia") if name == "desk-identity"]
        for person, case in turns:
            for method in ("post",) if person in ASKED_ELSEWHERE else ("get", "post"):
                yield name, method, f"{person} {case}", _asked(browsers[person], method, about[case][name])


def _asked(client: Client, method: str, url: str) -> HttpResponseBase:
    if method == "get":
        return ask(client, "get", url)
    answer: HttpResponseBase = client.post(url, BODY)
    return answer


def told(answer: HttpResponseBase) -> str:
    """Return what an answer tells a stranger; nothing if it is that of a page that does not exist, or a door."""
    way = answer.headers.get("Location", "").partition("?")[0]
    if answer.status_code == 302 and way.endswith(DOORS):
        return ""
    if answer.status_code not in {404, 405}:
        return str(answer.status_code)
    shown = getattr(answer, "content", b"").decode()
    return " ".join(secret for secret in (WORD, *NUMBERS) if secret in shown)


def failures(town: Town, browsers: Browsers) -> dict[tuple[str, str, str], str]:
    """Return what was told at each address to whoever may learn nothing."""
    return {
        (name, method, turn): said
        for name, method, turn, answer in sent_astray(town, browsers)
        if (said := told(answer))
    }


def test_nobody_learns_or_changes_anything_of_a_case_that_is_not_theirs(
    town: Town, browsers: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content()
    assert failures(town, browsers) == {}
    assert content() == before
    monkeypatch.setattr(addresses, "named", lambda: {"desk-case": {"ref"}})
    with everybody_sees_every_case():
        assert ("desk-case", "get", "nadia about") in failures(town, browsers)


def test_who_finds_no_page_of_the_staff_finds_none_to_send_to(town: Town, browsers: Browsers) -> None:
    values = {name: town.places[name] for name in ("text", "message", "call", "consultation")} | {"kind": "complaint"}
    pages = addresses.below({"ref": town.places["open"], **values})
    before, taken = content(), dict[tuple[str, str], int]()
    for person in ("huda", "haitham", "asma"):
        statuses = {
            name: _asked(browsers[person], "post", url).status_code for name, url in pages.items() if "/staff/" in url
        }
        assert list(statuses.values()).count(404) > MOST_OF_THE_PAGES
        taken |= {(name, person): status for name, status in statuses.items() if status not in {404, 405}}
    # What took a form has to be a page that the same person may open.
    opened = {(name, person): ask(browsers[person], "get", pages[name]).status_code for name, person in taken}
    assert {key: status for key, status in opened.items() if status == 404} == {}
    # A form with errors is kept for whoever may open its page, as was just seen.
    assert content() | {"complaints_unsentform": ""} == before | {"complaints_unsentform": ""}
