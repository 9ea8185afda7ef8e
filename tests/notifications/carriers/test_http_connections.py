"""The connections to a gateway over HTTP."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from notifications.carriers import Accepted, Uncertain, connections
from notifications.carriers.http import LONGEST_ANSWER, HttpCarrier
from tests.accounts.identity.certificates import Authority
from tests.notifications.carriers.gateway import BODY, RULES, said
from tests.notifications.outgoing import SMS, sms
from tests.notifications.servers import GatewayLike, Keeping, gateway_like, keeping_gateway, of_nobody


@pytest.fixture
def keeping(gateway: GatewayLike, settings: Any) -> Iterator[Keeping]:
    """Serve a gateway that keeps connections open, and describe it in the settings."""
    with keeping_gateway() as server:
        settings.SMS_HTTP_URL = server.url
        yield server


class TestConnections:
    """They are kept while they are in use, and not used when they may be closed at the other end."""

    def test_one_after_the_other_uses_one_connection(self, keeping: Keeping) -> None:
        carrier = HttpCarrier()
        assert [carrier.send(sms()) for _ in range(3)] == [Accepted("1"), Accepted("2"), Accepted("3")]
        assert keeping.connections == 1

    def test_beside_each_other_each_gets_the_answer_to_its_own_message(self, keeping: Keeping, settings: Any) -> None:
        settings.SMS_HTTP_ANSWERS = json.dumps([{"status": 200, "matches": "for=(?P<id>.+)", "means": "accepted"}])
        carrier = HttpCarrier()
        messages = [sms(message_id=f"message-{number}") for number in range(100)]
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(carrier.send, messages))
        assert [answer.provider_id for answer in answers] == [message.message_id for message in messages]
        assert keeping.connections <= 8

    def test_one_that_was_idle_is_not_used_again(self, keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
        carrier = HttpCarrier()
        carrier.send(SMS)
        monkeypatch.setattr(connections, "IDLE_SECONDS", -1)
        assert (carrier.send(SMS), keeping.connections) == (Accepted("2"), 2)

    def test_one_that_the_gateway_closed_meanwhile_is_not_used_again(self, keeping: Keeping) -> None:
        carrier = HttpCarrier()
        carrier.send(SMS)
        keeping.close_all()
        assert (carrier.send(SMS), keeping.connections) == (Accepted("2"), 2)

    def test_one_that_is_closed_at_the_very_moment_is_no_answer_and_not_repeated(self, keeping: Keeping) -> None:
        carrier = HttpCarrier()
        carrier.send(SMS)
        keeping.hangs_up = True
        with pytest.raises(Uncertain) as unsure:
            carrier.send(SMS)
        assert (unsure.value.code, keeping.asked) == ("connection", 2)

    def test_one_with_an_unread_answer_is_closed(self, keeping: Keeping) -> None:
        carrier = HttpCarrier()
        keeping.padding = 4 * LONGEST_ANSWER
        assert [carrier.send(SMS), carrier.send(SMS)] == [Accepted("1"), Accepted("2")]
        assert keeping.connections == 2

    def test_the_environment_names_who_is_trusted(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        settings.SMS_HTTP_BODY, settings.SMS_HTTP_ANSWERS = json.dumps(BODY), json.dumps(RULES)
        certificate = tmp_path / "gateway.pem"
        with gateway_like(tls=of_nobody(certificate, host="localhost")) as server:
            settings.SMS_HTTP_URL = server.url.replace("127.0.0.1", "localhost")
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
            assert (said(), len(server.asked)) == (Accepted("17"), 1)

    def test_a_gateway_that_asks_for_our_certificate_gets_it(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        settings.SMS_HTTP_BODY, settings.SMS_HTTP_ANSWERS = json.dumps(BODY), json.dumps(RULES)
        authority, stranger = (Authority.named(name, tmp_path) for name in ("authority", "stranger"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
        ours, foreign = authority.certify("ours", tmp_path / "o.pem"), stranger.certify("ours", tmp_path / "f.pem")
        server_file = authority.certify("localhost", tmp_path / "s.pem")
        with gateway_like(tls=authority.server(server_file)) as server:
            settings.SMS_HTTP_URL = server.url.replace("127.0.0.1", "localhost")
            given = []
            for file in ("", str(foreign), str(ours)):
                settings.SMS_HTTP_CERT_FILE = file
                given.append(said())
        assert (given[2], len(server.asked)) == (Accepted("17"), 1)
        assert Accepted("17") not in given[:2], "without a certificate, or with one of others, nobody is let in"
        for certificate, key in ((str(tmp_path / "no.pem"), ""), ("", str(ours)), (str(authority.file), "")):
            settings.SMS_HTTP_CERT_FILE, settings.SMS_HTTP_KEY_FILE = certificate, key
            with pytest.raises(ImproperlyConfigured, match="SMS_HTTP_"):
                HttpCarrier()

    def test_a_user_in_the_address_is_the_authorization(self, gateway: GatewayLike, settings: Any) -> None:
        settings.SMS_HTTP_URL = gateway.url.replace("http://", "http://cmu:secret@")
        assert said() == Accepted("17")
        assert (gateway.asked[0].headers["Authorization"], gateway.asked[0].path) == ("Basic Y211OnNlY3JldA==", "/send")
