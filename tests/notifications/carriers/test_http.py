"""Any gateway over HTTP: what it is asked, what its answers mean, and settings that say it wrongly."""

import json
import logging
import re
import socket
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from config.devstack.state import ROOT
from notifications.carriers import Accepted, Declined, Meaning, Uncertain
from notifications.carriers.http import LONGEST_ANSWER, HttpCarrier
from tests.notifications.carriers.gateway import BODY, PAIRS, RULES, said
from tests.notifications.outgoing import SMS, sms
from tests.notifications.servers import GatewayLike, gateway_like, of_nobody

# Whatever a name or a wording may hold, and what a careless template would make structure of.
NASTY = 'قال "نعم"\r\n\\", "to": "+962799999999 &to=%2B962799999999;{to}{{id}}\x00\u2028=+<x>'


class TestWhatIsAsked:
    """The request, in every format."""

    def test_json_is_written_with_every_word_in_its_place(self, gateway: GatewayLike, settings: Any) -> None:
        settings.SMS_HTTP_HEADERS = '{"Authorization": "Bearer 0123", "Idempotency-Key": "{id}"}'
        assert said() == Accepted("17")
        (asked,) = gateway.asked
        assert (asked.method, asked.path, asked.headers["Content-Type"]) == ("POST", "/send", "application/json")
        assert (asked.headers["Authorization"], asked.headers["Idempotency-Key"]) == ("Bearer 0123", SMS.message_id)
        assert json.loads(asked.body) == {
            "from": "CMU",
            "to": [{"number": "962790001234"}],
            "text": SMS.body,
            "reference": SMS.message_id,
            "flash": False,
        }

    def test_a_form_is_written_as_a_page_would(self, gateway: GatewayLike, settings: Any) -> None:
        settings.SMS_HTTP_FORMAT, settings.SMS_HTTP_BODY = "form", PAIRS
        assert said() == Accepted("17")
        (asked,) = gateway.asked
        assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert parse_qs(asked.body.decode("ascii")) == {
            "user": ["cmu"],
            "from": ["CMU"],
            "to": ["+962790001234"],
            "text": [SMS.body],
            "ref": [SMS.message_id],
        }

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_query_follows_what_the_address_holds(self, gateway: GatewayLike, settings: Any, method: str) -> None:
        settings.SMS_HTTP_METHOD, settings.SMS_HTTP_FORMAT = method, "query"
        settings.SMS_HTTP_URL += "?key=a%26b"
        settings.SMS_HTTP_BODY = "to={to_local}&text={body}"
        assert said() == Accepted("17")
        (asked,) = gateway.asked
        assert (asked.method, urlsplit(asked.path).path, asked.body) == (method, "/send", b"")
        pairs = parse_qsl(urlsplit(asked.path).query)
        assert pairs == [("key", "a&b"), ("to", "0790001234"), ("text", SMS.body)]

    @pytest.mark.parametrize(
        ("to", "words"),
        [
            ("+962790001234", ["+962790001234", "962790001234", "0790001234"]),
            ("+971501234567", ["+971501234567", "971501234567", "00971501234567"]),
        ],
    )
    def test_a_number_is_written_as_the_gateway_wants_it(
        self, gateway: GatewayLike, settings: Any, to: str, words: list[str]
    ) -> None:
        settings.SMS_HTTP_BODY = '["{to}", "{to_digits}", "{to_local}", "{body}"]'
        said(sms(to=to))
        assert json.loads(gateway.asked[0].body)[:3] == words

    @pytest.mark.parametrize("form", ["json", "form", "query"])
    def test_nothing_said_becomes_structure(self, gateway: GatewayLike, settings: Any, form: str) -> None:
        settings.SMS_HTTP_FORMAT, settings.SMS_HTTP_BODY = form, json.dumps(BODY) if form == "json" else PAIRS
        assert said(sms(body=NASTY)) == Accepted("17")
        assert heard(gateway, form) == NASTY

    @pytest.mark.parametrize("form", ["json", "form", "query"])
    @given(body=st.text(max_size=200))
    @hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_text_arrives_as_it_is(self, gateway: GatewayLike, settings: Any, form: str, body: str) -> None:
        settings.SMS_HTTP_FORMAT, settings.SMS_HTTP_BODY = form, json.dumps(BODY) if form == "json" else PAIRS
        HttpCarrier().send(sms(body=body))
        assert heard(gateway, form) == body

    def test_the_gateway_is_told_the_same_name_at_every_try(self, gateway: GatewayLike) -> None:
        said(sms(attempt_id=1))
        said(sms(attempt_id=2))
        assert [json.loads(asked.body)["reference"] for asked in gateway.asked] == [SMS.message_id] * 2


def heard(gateway: GatewayLike, form: str) -> str:
    """Return the text of the last message, as the gateway's own parser reads it."""
    asked = gateway.asked[-1]
    if form == "json":
        read: dict[str, Any] = json.loads(asked.body)
        assert read.keys() == BODY.keys()
        return str(read["text"])
    encoded = asked.body.decode("ascii") if form == "form" else urlsplit(asked.path).query
    pairs = parse_qsl(encoded, keep_blank_values=True, strict_parsing=True)
    assert [name for name, _ in pairs] == ["user", "from", "to", "text", "ref"]
    return dict(pairs)["text"]


class TestWhatAnswersMean:
    """The response map, and what is not in it."""

    @pytest.mark.parametrize(
        ("status", "answer", "meaning"),
        [
            (200, b"OK 4711", Accepted("4711")),
            (202, b"", Accepted(SMS.message_id)),
            (200, b"ERR 11 +962790001234 is no mobile", (Meaning.DEAD, "11")),
            (200, b"ERR 12", (Meaning.STOPPED, "200")),
            (200, b"ERR 13", (Meaning.UNFIT, "200")),
            (200, b"ERR 99 later", (Meaning.BUSY, "99")),
            (401, b"who are you", (Meaning.ACCOUNT, "401")),
            (429, b"<html>", (Meaning.BUSY, "429")),
            (200, b"", (None, "200")),
            (200, b"garbage", (None, "200")),
            (200, b"\xff\xfe\x00\x80", (None, "200")),
            (201, b"OK 4711", (None, "201")),
            (400, b"ERR 11", (None, "400")),
            (500, b"OK 4711", (None, "500")),
            (503, b"ERR 99", (None, "503")),
        ],
    )
    def test_the_first_rule_that_fits_decides(
        self, gateway: GatewayLike, status: int, answer: bytes, meaning: Accepted | tuple[Meaning | None, str]
    ) -> None:
        gateway.status, gateway.answer = status, answer
        assert said() == meaning
        assert len(gateway.asked) == 1

    @pytest.mark.parametrize("word", ["9" * 41, "1\x002", "1\x1b[2J"])
    def test_what_cannot_be_an_id_is_not_kept_as_one(self, gateway: GatewayLike, word: str) -> None:
        gateway.answer = f"OK {word}".encode()
        assert said() == Accepted(SMS.message_id)

    def test_what_cannot_be_a_code_is_not_kept_as_one(self, gateway: GatewayLike) -> None:
        gateway.answer = b"ERR " + b"9" * 41
        assert said() == (Meaning.BUSY, "200")

    def test_a_redirect_is_an_answer_and_not_followed(self, gateway: GatewayLike) -> None:
        gateway.status, gateway.headers = 307, {"Location": gateway.url}
        assert (said(), len(gateway.asked)) == ((None, "307"), 1)

    def test_an_answer_without_end_is_cut(self, gateway: GatewayLike) -> None:
        gateway.answer = b"OK 4711 " + b"x" * (4 * LONGEST_ANSWER)
        assert said() == Accepted("4711")

    def test_an_answer_that_stops_in_its_middle_is_no_answer(self, gateway: GatewayLike) -> None:
        gateway.headers = {"Content-Length": "400"}
        assert (said(), len(gateway.asked)) == ((None, "connection"), 1)

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_connection_lost_after_the_question_is_no_answer_and_not_repeated(
        self, gateway: GatewayLike, settings: Any, method: str
    ) -> None:
        settings.SMS_HTTP_METHOD, settings.SMS_HTTP_FORMAT, settings.SMS_HTTP_BODY = method, "query", PAIRS
        gateway.hangs_up = True
        assert (said(), len(gateway.asked)) == ((None, "connection"), 1)

    def test_an_answer_that_drips_is_waited_for_no_longer_than_any_other(
        self, gateway: GatewayLike, settings: Any
    ) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.01
        gateway.drips, gateway.answer = True, b"OK " + b"1" * 500
        assert said() == (None, "slow")

    def test_no_answer_in_time_is_no_answer(self, gateway: GatewayLike, settings: Any) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.01
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            settings.SMS_HTTP_URL = f"http://127.0.0.1:{deaf.getsockname()[1]}"
            assert said() == (None, "connection")

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1/send", "http://nowhere.invalid/send"])
    def test_whoever_is_not_there_took_nothing(self, gateway: GatewayLike, settings: Any, url: str) -> None:
        settings.SMS_HTTP_URL = url
        assert said() == (Meaning.BUSY, "connect")

    def test_a_proxy_that_is_not_there_took_nothing(
        self, gateway: GatewayLike, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        monkeypatch.setenv("no_proxy", "")
        assert said() == (Meaning.BUSY, "connect")

    def test_a_certificate_of_somebody_else_is_told_nothing_and_stops_the_route(self, settings: Any) -> None:
        with gateway_like(tls=of_nobody()) as impostor:
            settings.SMS_HTTP_URL = impostor.url
            settings.SMS_HTTP_BODY, settings.SMS_HTTP_ANSWERS = json.dumps(BODY), json.dumps(RULES)
            assert (said(), impostor.asked) == ((Meaning.ACCOUNT, "certificate"), [])

    @pytest.mark.parametrize("trouble", ["", "hangs up", "not there"])
    def test_neither_number_nor_text_is_in_a_log_or_an_error(
        self, gateway: GatewayLike, settings: Any, caplog: pytest.LogCaptureFixture, trouble: str
    ) -> None:
        settings.SMS_HTTP_FORMAT, settings.SMS_HTTP_BODY = "query", "to={to}&text={body}"
        gateway.hangs_up = trouble == "hangs up"
        settings.SMS_HTTP_URL = "http://127.0.0.1:1/" if trouble == "not there" else gateway.url
        logging.getLogger("urllib3").setLevel(settings.LOGGING["loggers"]["urllib3"]["level"])
        with caplog.at_level(logging.DEBUG):
            try:
                HttpCarrier().send(SMS)
            except (Declined, Uncertain) as error:
                logging.getLogger("test").exception("failed", exc_info=error)
        assert ("790001234" in caplog.text, "7Kq2Xd" in caplog.text) == (False, False)


@pytest.mark.parametrize(
    ("status", "answer", "meaning"),
    [
        (200, b'{"messageId": "m-1"}', Accepted("m-1")),
        (400, b'{"code": "INVALID_NUMBER"}', (Meaning.DEAD, "INVALID_NUMBER")),
        (401, b"", (Meaning.ACCOUNT, "401")),
        (429, b"", (Meaning.BUSY, "429")),
        (500, b"", (None, "500")),
    ],
)
def test_the_example_of_the_documents_works(
    gateway: GatewayLike, settings: Any, status: int, answer: bytes, meaning: Accepted | tuple[Meaning | None, str]
) -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```ini\n(SMS_.*?)```", page, re.DOTALL)
    for line in example.splitlines():
        name, _, value = line.partition("=")
        setattr(settings, name, value.split(",") if name == "SMS_CARRIERS" else value)
    settings.SMS_HTTP_URL = gateway.url
    gateway.status, gateway.answer = status, answer
    assert said() == meaning
    assert json.loads(gateway.asked[0].body)["to"] == "962790001234"


WRONG = [
    ("URL", "", "SMS_HTTP_URL is not like https://gateway.example/send; placeholders belong in SMS_HTTP_BODY."),
    ("URL", "gateway.example/send", None),
    ("URL", "ftp://gateway.example", None),
    ("URL", "https://", None),
    ("URL", "https://a..b/send", None),
    ("URL", "https://gateway.example:0/", None),
    ("URL", "https://gateway.example:99999/", None),
    ("URL", "https://[::1/", None),
    ("URL", "https://gateway.example/send?to={to}", None),
    ("IN_FLIGHT", 0, "SMS_HTTP_IN_FLIGHT is not from 1 to 50."),
    ("IN_FLIGHT", 51, "SMS_HTTP_IN_FLIGHT is not from 1 to 50."),
    ("METHOD", "PUT", "SMS_HTTP_METHOD is none of POST, GET."),
    ("METHOD", "GET", "SMS_HTTP_METHOD is GET, which has no body: choose POST, or SMS_HTTP_FORMAT=query."),
    ("FORMAT", "xml", "SMS_HTTP_FORMAT is none of json, form, query."),
    ("HEADERS", "Authorization: secret", "SMS_HTTP_HEADERS is not JSON."),
    (
        "HEADERS",
        '["secret"]',
        'SMS_HTTP_HEADERS is not a JSON object of ASCII texts, like {"Authorization": "Bearer …"}.',
    ),
    ("HEADERS", '{"X-Key": 5}', None),
    ("HEADERS", '{"X-Key": "a\\r\\nTo: secret"}', None),
    ("HEADERS", '{"X-Key": " secret"}', None),
    ("HEADERS", '{"X-Key": "سر"}', None),
    ("HEADERS", '{"X Key": "secret"}', None),
    ("HEADERS", '{"": "secret"}', None),
    ("HEADERS", '{"X-To": "{to}"}', "SMS_HTTP_HEADERS has a placeholder nothing stands for: {to}."),
    ("BODY", "", "SMS_HTTP_BODY is not JSON."),
    ("BODY", '{"to": {to}, "text": "{body}"}', "SMS_HTTP_BODY is not JSON."),
    ("BODY", '{"to": "{to}"}', "SMS_HTTP_BODY does not say {body} and one of {to}, {to_digits} and {to_local}."),
    ("BODY", '{"text": "{body}"}', None),
    ("BODY", '{"{to}": "{body}"}', None),
    ("BODY", "5", None),
    (
        "BODY",
        '{"to": "{to}", "text": "{body}", "who": "{name} {agency}"}',
        "SMS_HTTP_BODY has a placeholder nothing stands for: {agency}, {name}.",
    ),
    ("ANSWERS", "", "SMS_HTTP_ANSWERS is not JSON."),
    ("ANSWERS", "{}", "SMS_HTTP_ANSWERS is not a JSON list of rules."),
    ("ANSWERS", "[]", 'SMS_HTTP_ANSWERS has no rule that means "accepted".'),
    ("ANSWERS", '[{"status": 500, "means": "busy"}]', 'SMS_HTTP_ANSWERS has no rule that means "accepted".'),
    (
        "ANSWERS",
        '["200"]',
        'SMS_HTTP_ANSWERS, rule 1, is not like {"status": 200, "matches": "…", "means": "accepted"}.',
    ),
    ("ANSWERS", '[{"status": 200}]', None),
    ("ANSWERS", '[{"status": 200, "means": "accepted", "match": "OK"}]', None),
    (
        "ANSWERS",
        '[{"status": 200, "means": "accepted"}, {"status": "200", "means": "accepted"}]',
        "SMS_HTTP_ANSWERS, rule 2, has a status that is no HTTP status, such as 200.",
    ),
    ("ANSWERS", '[{"status": 2000, "means": "accepted"}]', None),
    ("ANSWERS", '[{"status": true, "means": "accepted"}]', None),
    (
        "ANSWERS",
        '[{"status": 200, "means": "good"}]',
        'SMS_HTTP_ANSWERS, rule 1, has a "means" that is none of accepted, busy, account, dead, stopped, unfit.',
    ),
    ("ANSWERS", '[{"status": 200, "means": ["accepted"]}]', None),
    (
        "ANSWERS",
        '[{"status": 200, "matches": "(", "means": "accepted"}]',
        'SMS_HTTP_ANSWERS, rule 1, has a "matches" that is no regular expression.',
    ),
    ("ANSWERS", '[{"status": 200, "matches": 5, "means": "accepted"}]', None),
]


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG, ids=[f"{name} {value}" for name, value, _ in WRONG])
def test_a_wrong_setting_is_a_sentence_that_names_it_and_repeats_nothing(
    gateway: GatewayLike, settings: Any, name: str, value: str | int, sentence: str | None
) -> None:
    setattr(settings, f"SMS_HTTP_{name}", value)
    with pytest.raises(ImproperlyConfigured) as refused:
        HttpCarrier()
    text = str(refused.value)
    assert sentence in {None, text}
    assert (text.startswith(f"SMS_HTTP_{name}"), text.endswith("."), "secret" in text) == (True, True, False)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("form", ["form", "query"])
@pytest.mark.parametrize("body", ["to", "to={to}&&", '{"to": "{to}", "text": "{body}"}'])
def test_a_body_that_is_no_pairs_is_named(gateway: GatewayLike, settings: Any, form: str, body: str) -> None:
    settings.SMS_HTTP_FORMAT, settings.SMS_HTTP_BODY = form, body
    with pytest.raises(ImproperlyConfigured, match=r"^SMS_HTTP_BODY is not like to=\{to\}&text=\{body\}, which"):
        HttpCarrier()
