"""A registry over HTTP: what it is asked, what its answers mean, and everything it can do wrong."""

import json
import re
import socket
import ssl
import threading
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.identity import registries
from accounts.identity.json_requests import LONGEST_ANSWER, Failure, Unavailable
from accounts.identity.recheck import recheck_due
from accounts.identity.registries import RegistryOutcome, breaker
from accounts.identity.registries.http_interface import read_interface
from accounts.identity.registries.http_json import HttpJsonRegistry
from accounts.identity.registries.trial import try_out
from accounts.models import Citizen, Identity, IdentityCheck, RegistryBreaker
from config.devstack.state import ROOT
from config.monitoring import registry_part
from config.monitoring.part_status import PartState
from tests.accounts.identity.certificates import DAY, Authority
from tests.accounts.identity.http_registry import CLAIM, CLASS, described, says
from tests.notifications.servers import GatewayLike, gateway_like, of_nobody

#: The limit where nothing answers in time, and long before the silence of these servers would end.
SHORT, WELL_BEFORE = "0.3", 10
JSON = {"Content-Type": "application/json; charset=utf-8"}
MATCHED, MISMATCHED = RegistryOutcome.MATCHED, RegistryOutcome.MISMATCHED


@pytest.fixture
def server(settings):
    with gateway_like() as told:
        told.headers = dict(JSON)
        settings.REGISTRY, settings.REGISTRY_HTTP = CLASS, described(told.url)
        registries._registry.cache_clear()
        yield told
    registries._registry.cache_clear()


def found(server: GatewayLike, answer: bytes, status: int = 200, claim=CLAIM):
    server.answer, server.status = answer, status
    try:
        finding = HttpJsonRegistry().check(claim)
    except Unavailable as away:
        return away.failure
    return finding.outcome, finding.fields


def test_the_template_is_filled_with_every_value_in_its_place(server):
    assert found(server, says("MATCH")) == (MATCHED, ("number", "name", "birth_date"))
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.headers["Authorization"]) == ("POST", "/send", "Bearer key-of-ours")
    assert json.loads(asked.body) == {"nin": "9902103456", "names": ["أمينة", "الخطيب"], "dob": "1990-03-27"}


def test_nothing_that_was_typed_becomes_structure(server):
    odd = '","nin":"9801307001'
    assert found(server, says("MATCH"), claim=replace(CLAIM, first_name=odd))
    assert json.loads(server.asked[0].body)["names"] == [odd, "الخطيب"]


@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [
        (says("DIFFERENT", birth=False), 200, (MISMATCHED, ("number", "name"))),
        (says("DIFFERENT", name=False, birth=False), 200, (MISMATCHED, ("number",))),
        (says("NOBODY", name=False, birth=False), 200, (MISMATCHED, ())),
        (b'{"result": [{"code": "NOBODY"}]}', 200, (MISMATCHED, ())),
        (b"{}", 422, (RegistryOutcome.NOT_COVERED, ())),
        (says("BUSY"), 200, Failure.ERROR),
        (says("NEW"), 200, Failure.NO_RULE),
        (b'{"result": "MATCH"}', 200, Failure.NO_RULE),
        (b'{"result": []}', 200, Failure.NO_RULE),
        (b"{}", 500, Failure.NO_RULE),
        # It contradicts itself.
        (says("MATCH", name=False), 200, Failure.CONTRADICTION),
        (says("DIFFERENT"), 200, Failure.CONTRADICTION),
        (says("NOBODY", birth=False), 200, Failure.CONTRADICTION),
        (b'{"result": [{"code": "MATCH", "code": "DIFFERENT"}]}', 200, Failure.CONTRADICTION),
        # It cannot be read.
        (says("MATCH", name="yes"), 200, Failure.GARBAGE),
        (says("MATCH", birth=1), 200, Failure.GARBAGE),
        (b"MATCH", 200, Failure.GARBAGE),
        (b"", 200, Failure.GARBAGE),
        (b"\xff\xfe{", 200, Failure.GARBAGE),
        (b"[" * 20_000, 200, Failure.GARBAGE),
        (b'{"result": "' + b"x" * LONGEST_ANSWER + b'"}', 200, Failure.TOO_LONG),
    ],
)  # fmt: skip
def test_what_answers_mean(server, answer, status, expected):
    assert found(server, answer, status) == expected


def test_a_kind_that_the_registry_does_not_hold_is_not_asked_about(server):
    passport = replace(CLAIM, number_kind="passport")
    assert found(server, says("MATCH"), claim=passport) == (RegistryOutcome.NOT_COVERED, ())
    assert server.asked == []


def test_a_redirect_is_not_followed_and_a_page_is_no_answer(server):
    server.headers = JSON | {"Location": server.url}
    assert found(server, says("MATCH"), 302) == Failure.REDIRECT
    server.headers = {"Content-Type": "text/html"}
    assert found(server, says("MATCH")) == Failure.WRONG_TYPE
    assert len(server.asked) == 2
    # An error without JSON is judged by its status.
    assert found(server, b"<html>", 422) == (RegistryOutcome.NOT_COVERED, ())


@pytest.mark.parametrize("way", ["drips", "cut", "hangs_up", "silent", "nobody"])
def test_no_answer_takes_longer_than_the_limit(server, settings, way):
    url = server.url
    with socket.create_server(("127.0.0.1", 0)) as silent:
        if way in {"drips", "hangs_up"}:
            setattr(server, way, True)
        if way == "cut":
            server.headers = JSON | {"Content-Length": "4000"}
        if way == "silent":
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        if way == "nobody":
            url = "http://127.0.0.1:9/"
        settings.REGISTRY_HTTP = described(url, REGISTRY_HTTP_TIMEOUT=SHORT)
        began = monotonic()
        # A letter each fiftieth of a second: a quarter of a minute.
        assert found(server, says("MATCH") + b" " * 750) == Failure.SILENT
        assert monotonic() - began < WELL_BEFORE


def test_headers_that_drip_are_cut_too(settings):
    """Each letter comes in time, and all of them together do not."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        settings.REGISTRY_HTTP = described(url, REGISTRY_HTTP_TIMEOUT=SHORT)

        def drip():
            asked, _address = listening.accept()
            with asked:
                try:
                    for letter in "HTTP/1.1 200 OK\r\n" + "X-More: 1\r\n" * 90:
                        asked.sendall(letter.encode())
                        threading.Event().wait(0.02)
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        began = monotonic()
        with pytest.raises(Unavailable):
            HttpJsonRegistry().check(CLAIM)
        assert monotonic() - began < WELL_BEFORE
        dripping.join()


def test_a_certificate_that_nobody_vouches_for_is_told_nothing_unless_its_file_is_named(settings, tmp_path):
    file = tmp_path / "registry.pem"
    with gateway_like(tls=of_nobody(file, host="localhost")) as server:
        server.headers = dict(JSON)
        url = server.url.replace("127.0.0.1", "localhost")
        settings.REGISTRY_HTTP = described(url)
        assert (found(server, says("MATCH")), server.asked) == (Failure.CERTIFICATE, [])
        settings.REGISTRY_HTTP = described(url, REGISTRY_HTTP_CA_FILE=str(file))
        assert found(server, says("MATCH")) == (MATCHED, ("number", "name", "birth_date"))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("URL", "", "URL is not like https://registry.example/check"),
        ("URL", "http://registry.example/", "URL is not like https://"),
        ("URL", "https://registry.example/{number}", "URL is not like"),
        ("URL", "https://me:key@registry.example/", "URL has a user in it"),
        ("AUTH", "Bearer secret", "AUTH is not JSON."),
        ("AUTH", '{"bearer": ""}', "AUTH is neither"),
        ("AUTH", '{"bearer": "a", "basic": {}}', "AUTH is neither"),
        ("AUTH", '{"bearer": "secret\\r\\nX: y"}', "AUTH has a name or a value"),
        ("BODY", "{}", "BODY does not say {number}."),
        ("BODY", '"{number} {phone}"', "BODY has a placeholder nothing stands for: {phone}"),
        ("ANSWERS", "[]", 'ANSWERS has no rule that means "match".'),
        ("ANSWERS", "{}", "ANSWERS is not a JSON list"),
        ("ANSWERS", '[{"status": 200, "means": "match"}]', 'ANSWERS, rule 1, means "match" by'),
        ("ANSWERS", '[{"status": 99, "means": "error"}]', "ANSWERS, rule 1, has a status"),
        ("ANSWERS", '[{"status": 200, "means": "maybe"}]', 'ANSWERS, rule 1, has a "means"'),
        ("ANSWERS", '[{"status": 200, "path": "a", "means": "match"}]', "ANSWERS, rule 1, is not"),
        ("ANSWERS", '[{"status": 200, "path": "a", "is": [], "means": "match"}]', "ANSWERS, rule 1, has"),
        ("FIELDS", '{"phone": "a"}', "FIELDS is not like"),
        ("FIELDS", '{"name": 1}', "FIELDS has a path that is no text."),
        ("KINDS", "iqama", "KINDS is not a list of some of national, personal, passport."),
        ("TIMEOUT", "soon", "TIMEOUT is not above 0 and at most 20 seconds."),
        ("TIMEOUT", "nan", "TIMEOUT is not above 0 and at most 20 seconds."),
        ("CA_FILE", "/nowhere", "CA_FILE is no file"),
        ("CERT_FILE", "/nowhere", "CERT_FILE and REGISTRY_HTTP_KEY_FILE are no"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_a_sentence_that_names_it_and_repeats_nothing(name, value, sentence):
    given = described("https://registry.example/check", **{f"REGISTRY_HTTP_{name}": value})
    with pytest.raises(ImproperlyConfigured) as refused:
        read_interface(given, is_embedded=False)
    assert str(refused.value).startswith(f"REGISTRY_HTTP_{sentence}")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        ('{"basic": {"user": "cmu", "password": "olive"}}', "Authorization", "Basic Y211Om9saXZl"),
        ('{"header": {"X-Api-Key": "olive"}}', "X-Api-Key", "olive"),
        ("{}", "Authorization", None),
    ],
)
def test_we_say_who_we_are_as_the_registry_asks(auth, name, value):
    interface = read_interface(described("https://registry.example/", REGISTRY_HTTP_AUTH=auth), is_embedded=False)
    assert interface.tls is not None
    assert (interface.headers.get(name), isinstance(interface.tls.context(), ssl.SSLContext)) == (value, True)


def test_the_example_of_the_documents_works(server):
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    given = dict(re.findall(r"^(REGISTRY_HTTP_[A-Z_]+)=(.+)$", page, re.MULTILINE))
    interface = read_interface(described("", **given), is_embedded=False)
    assert (interface.url, len(interface.rules), set(interface.fields)) == (
        "https://registry.example/v1/check", 3, {"name", "birth_date"},
    )  # fmt: skip


class TestTheBreaker:
    """After three failures nobody waits for the registry, until one try finds it back."""

    pytestmark = pytest.mark.django_db

    def test_it_opens_lets_one_through_and_opens_longer(self, server, now):
        server.status = 500
        for _ in range(4):
            assert registries.ask(CLAIM, at=now).outcome == RegistryOutcome.UNAVAILABLE
        assert (len(server.asked), registries.is_paused(at=now)) == (3, True)
        later = now + timedelta(seconds=30)
        assert [breaker.may_ask("http", at=later) for _ in range(2)] == [True, False]
        breaker.record_failure("http", at=later)
        assert RegistryBreaker.objects.get().open_until == later + timedelta(seconds=60)
        for _ in range(9):
            breaker.record_failure("http", at=later)
        assert RegistryBreaker.objects.get().open_until == later + timedelta(minutes=10)

    def test_those_who_wait_are_due_as_soon_as_it_is_back(self, server, amina, karim, now):
        server.status = 500
        people = Citizen.objects.filter(pk__in=[amina.pk, karim.pk])
        people.update(identity=Identity.PENDING, recheck_at=now)
        for _ in range(2):
            breaker.record_failure("http", at=now)
        # One question is the third failure: nobody else is asked about, and no check is written for them.
        assert recheck_due(now) == 0
        assert (len(server.asked), IdentityCheck.objects.count()) == (1, 1)
        server.status, server.answer = 200, says("MATCH")
        back = now + timedelta(seconds=31)
        assert recheck_due(back) == 2
        assert set(people.values_list("identity", "recheck_at")) == {("matched", None)}
        assert RegistryBreaker.objects.values_list("failures", "open_until").get() == (0, None)

    def test_a_trial_shows_what_was_asked_and_answered_without_the_person(self, server, now, caplog):
        server.answer = json.dumps(json.loads(says("MATCH")) | {"person": {"mother": "سعاد", "height": 171}}).encode()
        trial = try_out(CLAIM, at=now)
        shown = json.loads(trial.request), json.loads(trial.answer)
        assert shown[0]["nin"] == "•••••••456"
        assert shown[1] == {
            "result": [{"code": "MATCH", "same": {"name": True, "birth": True}}],
            "person": {"mother": "•••", "height": "•••"},
        }
        assert (trial.finding.outcome, trial.status, trial.failure) == (MATCHED, 200, None)
        assert all(part not in f"{trial}{caplog.text}" for part in ("9902103456", "الخطيب", "1990-03-27", "سعاد"))
        server.answer = says("NEW")
        assert try_out(CLAIM, at=now).failure == Failure.NO_RULE


@pytest.mark.django_db
def test_a_registry_that_asks_for_our_certificate_gets_it_and_a_new_one_without_a_restart(
    settings, tmp_path, amina, now, caplog
):
    """Mutual TLS with a real server: none, a stranger's, an expired one, ours, and ours once it was replaced."""
    authority, stranger = Authority.named("authority", tmp_path), Authority.named("stranger", tmp_path)
    tls = authority.server(authority.certify("localhost", tmp_path / "server.pem"))
    ours = stranger.certify("us", tmp_path / "us.pem")
    with gateway_like(tls=tls) as server:
        server.headers, server.answer = dict(JSON), says("MATCH")
        url = server.url.replace("127.0.0.1", "localhost")
        trusting = described(url, REGISTRY_HTTP_CA_FILE=str(authority.file))
        settings.REGISTRY, settings.REGISTRY_HTTP = CLASS, trusting
        assert found(server, says("MATCH")) == Failure.CERTIFICATE, "without one"
        settings.REGISTRY_HTTP = trusting | {"REGISTRY_HTTP_CERT_FILE": str(ours)}
        registries._registry.cache_clear()
        Citizen.objects.filter(pk=amina.pk).update(identity=Identity.PENDING, recheck_at=now)
        assert registries.ask(CLAIM, at=now).outcome == RegistryOutcome.UNAVAILABLE, "a stranger's"
        assert server.asked == []
        # Who registers waits in a queue that operators see, with the reason.
        assert recheck_due(now) == 0
        status = registry_part.registry(now)
        assert (status.state, str(Failure.CERTIFICATE.label) in str(status.remedy)) == (PartState.DEGRADED, True)
        running = registries.current()
        authority.certify("us", ours, lasts=-DAY)
        with pytest.raises(Unavailable, match="certificate"):
            running.check(CLAIM)
        ours.write_text("half of a file")
        with pytest.raises(Unavailable, match="certificate"):
            running.check(CLAIM)
        assert "cannot be used yet" in caplog.text
        authority.certify("us", ours)
        later = now + timedelta(minutes=11)
        assert recheck_due(later) == 1
        amina.refresh_from_db()
        assert (amina.identity, RegistryBreaker.objects.get().failure) == (Identity.MATCHED, "")
        assert len(server.asked) == 1
    registries._registry.cache_clear()
