"""The stand-in for Twilio speaks as the real one does: our own tests of sending are worth what it is worth."""

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from twilio.request_validator import RequestValidator

from config.devstack.processes import free_port
from config.devstack.state import ROOT
from tests.fakes.twilio.account import ACCOUNT, TOKEN, FakeTwilio
from tests.fakes.twilio.server import serving

AMINA, KARIM = "+962790001234", "+962790005678"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
FORM = {"To": AMINA, "From": "CMU", "Body": "صدر الرد على شكوى 2604821735"}


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with serving() as fake:
        yield fake


def ask(
    twilio: FakeTwilio, path: str, form: Mapping[str, str] | None = None, *, token: str = TOKEN
) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON of an answer."""
    request = urllib.request.Request(twilio.url + path, data=urlencode(form).encode() if form else None)
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{ACCOUNT}:{token}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def create(twilio: FakeTwilio, **changes: str) -> dict[str, Any]:
    status, message = ask(twilio, f"{MESSAGES}.json", FORM | changes)
    assert status == 201
    return message


def pages(twilio: FakeTwilio, **query: str | int) -> Iterator[list[str]]:
    """Yield the bodies of each page of the list."""
    following: str | None = f"{MESSAGES}.json?{urlencode(query)}"
    while following:
        status, page = ask(twilio, following)
        assert status == 200
        yield [message["body"] for message in page["messages"]]
        following = page["next_page_uri"]


class Heard:
    """An address that hears callbacks: what was posted, and the signature of each."""

    def __init__(self) -> None:
        self.callbacks: list[tuple[dict[str, str], str]] = []
        self.url = ""

    def words(self) -> list[str]:
        return [told["MessageStatus"] for told, _ in self.callbacks]


@pytest.fixture
def heard() -> Iterator[Heard]:
    ears = Heard()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            ears.callbacks.append((told, self.headers["X-Twilio-Signature"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        ears.url = f"http://127.0.0.1:{server.server_address[1]}/callbacks/twilio/7"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield ears
        server.shutdown()


class TestCreating:
    def test_a_message_is_answered_as_twilio_shows_it(self, twilio: FakeTwilio) -> None:
        message = create(twilio)
        sid, created = message.pop("sid"), message.pop("date_created")
        assert message == {
            "account_sid": ACCOUNT,
            "api_version": "2010-04-01",
            "body": FORM["Body"],
            "date_sent": None,
            "date_updated": created,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": "CMU",
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "status": "queued",
            "subresource_uris": {"media": f"{MESSAGES}/{sid}/Media.json"},
            "to": AMINA,
            "uri": f"{MESSAGES}/{sid}.json",
        }
        assert (len(sid), sid[:2]) == (34, "SM")
        assert abs(parsedate_to_datetime(created) - datetime.now(UTC)) < timedelta(minutes=1)

    def test_a_wrong_token_and_another_account_are_turned_away(self, twilio: FakeTwilio) -> None:
        status, said = ask(twilio, f"{MESSAGES}.json", FORM, token="wrong")
        assert (status, said["code"], said["status"]) == (401, 20003, 401)
        assert ask(twilio, "/2010-04-01/Accounts/ACother/Messages.json", FORM)[0] == 404
        assert twilio.ledger == []

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"To": ""}, 21604),
            ({"From": ""}, 21603),
            ({"Body": ""}, 21619),
            ({"To": "0790001234"}, 21211),
            ({"Body": "x" * 1601}, 21617),
            ({"StatusCallback": "localhost/callbacks"}, 21609),
        ],
    )
    def test_what_cannot_be_sent_is_refused_with_twilios_code(
        self, twilio: FakeTwilio, changes: dict[str, str], code: int
    ) -> None:
        status, said = ask(twilio, f"{MESSAGES}.json", FORM | changes)
        assert (status, said["code"], twilio.ledger) == (400, code, [])
        assert said["more_info"] == f"https://www.twilio.com/docs/errors/{code}"

    @pytest.mark.parametrize(
        ("body", "segments"), [("a" * 160, "1"), ("a" * 161, "2"), ("ع" * 70, "1"), ("ع" * 71, "2")]
    )
    def test_segments_are_counted(self, twilio: FakeTwilio, body: str, segments: str) -> None:
        assert create(twilio, Body=body)["num_segments"] == segments

    def test_parallel_creates_are_all_kept_once(self, twilio: FakeTwilio) -> None:
        with ThreadPoolExecutor(8) as threads:
            made = list(threads.map(lambda number: create(twilio, Body=f"message {number}")["sid"], range(200)))
        assert len(set(made)) == 200
        assert sorted(taken.sid for taken in twilio.ledger) == sorted(made)

    def test_the_same_seed_makes_the_same_mistakes(self) -> None:
        runs = []
        for _ in range(2):
            with serving(seed=7) as fake:
                fake.behave(too_many={"chance": 0.5})
                runs.append([ask(fake, f"{MESSAGES}.json", FORM)[0] for _ in range(20)])
        assert runs[0] == runs[1]
        assert set(runs[0]) == {201, 429}


class TestAsking:
    def test_the_list_is_paged_newest_first_and_holds_everything_once(self, twilio: FakeTwilio) -> None:
        for number in range(7):
            create(twilio, Body=f"message {number}")
        shown = list(pages(twilio, PageSize=3))
        assert shown == [[f"message {number}" for number in numbers] for numbers in ((6, 5, 4), (3, 2, 1), (0,))]

    def test_a_message_taken_between_two_pages_repeats_and_hides_nothing(self, twilio: FakeTwilio) -> None:
        for number in range(4):
            create(twilio, Body=f"message {number}")
        walk = pages(twilio, PageSize=2)
        first = next(walk)
        create(twilio, Body="meanwhile")
        assert [first, *walk] == [["message 3", "message 2"], ["message 1", "message 0"]]

    def test_the_list_can_be_asked_by_number(self, twilio: FakeTwilio) -> None:
        create(twilio, Body="to amina")
        create(twilio, To=KARIM, Body="to karim")
        assert list(pages(twilio, To=AMINA)) == [["to amina"]]
        assert list(pages(twilio, To="+962790009999")) == [[]]

    def test_what_is_queued_has_no_date_and_is_in_no_span_of_dates(self, twilio: FakeTwilio) -> None:
        twilio.step_seconds = 60
        create(twilio, Body="queued")
        spans = [
            {"DateSent>": "2020-01-01"},
            {"DateSent<": "2099-01-01"},
            {"DateSent": f"{datetime.now(UTC):%Y-%m-%d}"},
        ]
        assert [list(pages(twilio, **span)) for span in spans] == [[[]]] * 3

    def test_what_was_sent_is_in_the_spans_it_was_sent_in(self, twilio: FakeTwilio) -> None:
        create(twilio, Body="sent")
        twilio.settle()
        now = datetime.now(UTC)
        asked = {
            "DateSent": (f"{now:%Y-%m-%d}", "2020-01-01"),
            "DateSent>": ("2020-01-01", f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"),
            "DateSent<": (f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}", "2020-01-01"),
        }
        shown = {name: [list(pages(twilio, **{name: day})) for day in days] for name, days in asked.items()}
        assert shown == {name: [[["sent"]], [[]]] for name in asked}

    def test_a_message_can_be_fetched_and_nobody_elses(self, twilio: FakeTwilio) -> None:
        message = create(twilio)
        twilio.settle()
        fetched = ask(twilio, message["uri"])[1]
        assert (fetched["sid"], fetched["status"]) == (message["sid"], "delivered")
        assert ask(twilio, f"{MESSAGES}/SM{0:032x}.json")[0] == 404

    def test_a_list_can_lag_and_fail(self, twilio: FakeTwilio) -> None:
        sid = create(twilio)["sid"]
        twilio.behave(list_delay={"chance": 1, "seconds": 60})
        assert list(pages(twilio)) == [[]]
        twilio.by_sid[sid].created -= timedelta(seconds=61)
        assert list(pages(twilio)) == [[FORM["Body"]]]
        twilio.behave(list_fails={"next": 1})
        assert [ask(twilio, f"{MESSAGES}.json")[0] for _ in range(2)] == [500, 200]


class TestCallbacks:
    def test_the_fate_of_a_message_is_told_with_a_valid_signature(self, twilio: FakeTwilio, heard: Heard) -> None:
        sid = create(twilio, StatusCallback=heard.url)["sid"]
        twilio.settle()
        told = {
            "SmsSid": sid,
            "SmsStatus": "sent",
            "MessageStatus": "sent",
            "To": AMINA,
            "MessageSid": sid,
            "AccountSid": ACCOUNT,
            "From": "CMU",
            "ApiVersion": "2010-04-01",
        }
        assert [said for said, _ in heard.callbacks] == [
            told,
            told | {"MessageStatus": "delivered", "SmsStatus": "delivered"},
        ]
        judge = RequestValidator(TOKEN)
        assert [judge.validate(heard.url, said, signature) for said, signature in heard.callbacks] == [True, True]
        assert [posted.answer for posted in twilio.posted] == [204, 204]

    def test_the_example_of_the_documentation_has_its_signature(self) -> None:
        """https://www.twilio.com/docs/usage/webhooks/webhooks-security"""
        told = {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675310",
            "Digits": "1234",
            "From": "+14158675310",
            "To": "+18005551212",
        }
        fake = FakeTwilio(token="12345")
        assert fake.signature("https://mycompany.com/myapp.php?foo=1&bar=2", told) == "GvWf1cFY/Q7PnoempGyD5oXAezc="

    def test_a_failure_names_its_code(self, twilio: FakeTwilio, heard: Heard) -> None:
        twilio.behave(fail={"next": 1, "code": 30005})
        message = create(twilio, StatusCallback=heard.url)
        twilio.settle()
        assert [(said["MessageStatus"], said.get("ErrorCode")) for said, _ in heard.callbacks] == [
            ("sent", None),
            ("undelivered", "30005"),
        ]
        fetched = ask(twilio, message["uri"])[1]
        assert (fetched["status"], fetched["error_code"]) == ("undelivered", 30005)

    @pytest.mark.parametrize(
        ("fault", "words"),
        [
            ({"drop_callbacks": {"next": 1}}, ["delivered"]),
            ({"repeat_callbacks": {"next": 2}}, ["sent", "delivered", "sent", "delivered"]),
            ({"reorder_callbacks": {"next": 1}}, ["delivered", "sent"]),
        ],
    )
    def test_callbacks_can_be_lost_repeated_and_out_of_order(
        self, twilio: FakeTwilio, heard: Heard, fault: dict[str, dict[str, int]], words: list[str]
    ) -> None:
        twilio.step_seconds = 0.05
        twilio.behave(**fault)
        message = create(twilio, StatusCallback=heard.url)
        twilio.settle()
        assert sorted(heard.words()) == sorted(words)
        assert heard.words()[0] == words[0]
        assert ask(twilio, message["uri"])[1]["status"] == "delivered"

    def test_nobody_at_the_other_end_is_no_accident(self, twilio: FakeTwilio) -> None:
        create(twilio, StatusCallback=f"http://127.0.0.1:{free_port()}/")
        twilio.settle()
        assert [posted.answer for posted in twilio.posted] == [0, 0]


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "status", "taken"),
        [
            ("error_before_accepting", 500, 0),
            ("error_after_accepting", 500, 1),
            ("too_many", 429, 0),
            ("refuse", 400, 0),
            ("unauthorised", 401, 0),
        ],
    )
    def test_a_fault_is_scheduled_for_the_next_creates_alone(
        self, twilio: FakeTwilio, fault: str, status: int, taken: int
    ) -> None:
        twilio.behave(**{fault: {"next": 1}})
        assert ask(twilio, f"{MESSAGES}.json", FORM)[0] == status
        assert (len(twilio.ledger), twilio.faults[fault].happened) == (taken, 1)
        assert ask(twilio, f"{MESSAGES}.json", FORM)[0] == 201

    @pytest.mark.parametrize("fault", ["accept_then_time_out", "hang_up_after_accepting"])
    def test_what_was_taken_without_an_answer_is_in_the_ledger(self, twilio: FakeTwilio, fault: str) -> None:
        twilio.behave(**{fault: {"next": 1, "seconds": 0.01}})
        with pytest.raises(OSError, match="Remote end closed connection"):
            ask(twilio, f"{MESSAGES}.json", FORM)
        assert len(twilio.ledger) == 1

    def test_faults_are_set_from_outside_and_forgotten(self, twilio: FakeTwilio) -> None:
        def post(told: object) -> int:
            request = urllib.request.Request(f"{twilio.url}/behave", data=json.dumps(told).encode())
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return answer.status
            except urllib.error.HTTPError as refused:
                with refused:
                    return refused.code

        assert post({"refuse": {"chance": 1, "code": 21610}}) == 200
        assert ask(twilio, f"{MESSAGES}.json", FORM)[1]["code"] == 21610
        assert post({"forget": True}) == 200
        assert ask(twilio, f"{MESSAGES}.json", FORM)[0] == 201
        wrongs: tuple[object, ...] = ({"nonsense": {}}, {"refuse": {"often": 1}}, [])
        assert [post(wrong) for wrong in wrongs] == [400, 400, 400]


def test_it_runs_by_itself_with_a_ledger_for_programs_and_a_page_for_people() -> None:
    port = free_port()
    account, token = "AC" + "1" * 32, "2" * 32
    secrets = {"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": token}
    command = [sys.executable, "-m", "tests.fakes.twilio", "--port", str(port), "--step-seconds", "0.01"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | secrets, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Ready at http://127.0.0.1:{port}\n"
        base = f"http://127.0.0.1:{port}"
        request = urllib.request.Request(
            f"{base}/2010-04-01/Accounts/{account}/Messages.json",
            data=urlencode(FORM | {"Body": "<b>مرحبا</b>"}).encode(),
            headers={"Authorization": "Basic " + base64.b64encode(f"{account}:{token}".encode()).decode()},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            sid = json.load(answer)["sid"]
        with urllib.request.urlopen(f"{base}/ledger", timeout=60) as answer:
            assert [(taken["sid"], taken["to"]) for taken in json.load(answer)] == [(sid, AMINA)]
        with urllib.request.urlopen(f"{base}/", timeout=60) as answer:
            page = answer.read().decode()
        assert (AMINA in page, "&lt;b&gt;مرحبا&lt;/b&gt;" in page, "<b>مرحبا" in page) == (True, True, False)
        process.terminate()
