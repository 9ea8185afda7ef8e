"""Wrong settings are refused with a sentence that names them."""

from base64 import b64encode

import pytest
from django.core.checks import CheckMessage

from config import checks, deployment_checks, server_checks
from tests.accounts.identity.http_registry import CLASS as HTTP_REGISTRY, described

KEY, OTHER_KEY, THIRD_KEY = (b64encode(bytes(range(first, first + 32))).decode() for first in (0, 32, 64))
ZEROS = b64encode(bytes(32)).decode()
SECRET = "a-key-of-fifty-and-more-letters-that-signs-nothing-0123456789"
EVERY_CHECK = (
    checks.nothing_embedded_in_production,
    checks.registry_exists,
    checks.foreign_mobiles_are_countries,
    checks.oidc_is_complete,
    checks.public_url_is_usable,
    checks.keys_are_whole,
    checks.servers_are_named,
    checks.proxies_are_counted,
    checks.security_contact_is_an_address,
    checks.somebody_ends_tls,
    deployment_checks.hosts_are_named,
    deployment_checks.keys_are_strong,
    deployment_checks.history_is_anchored,
    deployment_checks.admin_is_off,
    deployment_checks.scanner_is_usable,
    deployment_checks.logs_leave_the_machine,
    server_checks.one_of_several_databases_takes_changes,
    server_checks.replica_is_usable,
    server_checks.bucket_is_usable,
    server_checks.sentinels_are_named,
)
NO_CLIENT = {"OIDC_ISSUER": "https://identity.example", "OIDC_CLIENT_ID": ""}
GOOD = {
    "EMBEDDED": False,
    "SMS_CARRIERS": "notifications.carriers.twilio.TwilioCarrier",
    "EMAIL_CARRIERS": "notifications.carriers.smtp.SmtpCarrier",
    "REGISTRY": HTTP_REGISTRY,
    "REGISTRY_HTTP": described("https://registry.example/check"),
    "ALLOWED_HOSTS": ["service.example"],
    "PUBLIC_URL": "https://service.example",
    "IDENTITY_KEYS": f"2026a:{KEY}",
    "LOOKUP_KEY": OTHER_KEY,
    "LOOKUP_KEY_FALLBACKS": [],
    "HISTORY_KEYS": f"2026a:{THIRD_KEY}",
    "SECRET_KEY": SECRET,
    "SECRET_KEY_FALLBACKS": [],
    "HISTORY_ANCHOR": "/anchors",
    "ADMIN_ENABLED": False,
    "CLAMD_URL": "",
    "LOG_DESTINATION": "syslog+tls://logs.example:6514",
    "DATABASE_URL": "postgres://app:secret@database/app",
    "REDIS_URL": "redis://:secret@broker/0",
    "TRUSTED_PROXIES": 1,
}


def found(settings: object, **wrong: object) -> list[tuple[str | None, str]]:
    """Return the id and the beginning of what the checks say of good settings with something wrong."""
    for name, value in (GOOD | wrong).items():
        setattr(settings, name, value)
    messages: list[CheckMessage] = [message for check in EVERY_CHECK for message in check(app_configs=None)]
    assert all(message.hint for message in messages)
    return list(dict.fromkeys((message.id, message.msg.split()[0]) for message in messages))


def test_good_settings_pass(settings: object) -> None:
    assert found(settings) == []


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"SMS_CARRIERS": "notifications.carriers.embedded.EmbeddedCarrier"}, ("config.E001", "SMS_CARRIERS")),
        ({"EMAIL_CARRIERS": "notifications.carriers.embedded.EmbeddedCarrier"}, ("config.E001", "EMAIL_CARRIERS")),
        ({"REGISTRY": "accounts.identity.registries.embedded.EmbeddedRegistry"}, ("config.E001", "REGISTRY")),
        ({"REGISTRY": ""}, ("config.E007", "REGISTRY")),
        ({"REGISTRY_HTTP": described("http://registry.example")}, ("config.E008", "REGISTRY_HTTP_URL")),
        ({"REGISTRY": "accounts.identity.registries.nowhere.Registry"}, ("config.E002", "REGISTRY")),
        ({"OIDC": NO_CLIENT}, ("config.E010", "OIDC_CLIENT_ID")),
        ({"FOREIGN_MOBILES": "SA"}, ("config.E009", "FOREIGN_MOBILES")),
        ({"FOREIGN_MOBILES": "JO:5"}, ("config.E009", "FOREIGN_MOBILES")),
        ({"FOREIGN_MOBILES": "SA:0,AE:1"}, ("config.E009", "FOREIGN_MOBILES")),
        ({"PUBLIC_URL": "http://service.example"}, ("config.E003", "PUBLIC_URL")),
        ({"PUBLIC_URL": "https://service.example/"}, ("config.E003", "PUBLIC_URL")),
        ({"PUBLIC_URL": "https://elsewhere.example"}, ("config.E003", "PUBLIC_URL")),
        ({"ALLOWED_HOSTS": ["*"]}, ("config.E030", "ALLOWED_HOSTS")),
        ({"LOOKUP_KEY": ZEROS}, ("config.E031", "LOOKUP_KEY")),
        ({"LOOKUP_KEY": THIRD_KEY}, ("config.E031", "LOOKUP_KEY")),
        ({"LOOKUP_KEY_FALLBACKS": [KEY]}, ("config.E031", "LOOKUP_KEY_FALLBACKS")),
        ({"HISTORY_KEYS": f"2026a:{KEY}"}, ("config.E031", "HISTORY_KEYS")),
        ({"SECRET_KEY": "x"}, ("config.E031", "SECRET_KEY")),
        ({"SECRET_KEY": OTHER_KEY}, ("config.E031", "SECRET_KEY")),
        ({"SECRET_KEY_FALLBACKS": ["short"]}, ("config.E031", "SECRET_KEY")),
        ({"HISTORY_ANCHOR": ""}, ("config.W030", "HISTORY_ANCHOR")),
        ({"ADMIN_ENABLED": True}, ("config.W031", "ADMIN_ENABLED")),
        ({"LOG_DESTINATION": ""}, ("config.W035", "LOG_DESTINATION")),
        ({"LOG_DESTINATION": "syslog://logs.example"}, ("config.W035", "LOG_DESTINATION")),
        ({"LOG_DESTINATION": "https://service.example/logs"}, ("config.W035", "LOG_DESTINATION")),
        ({"CLAMD_URL": "http://scanner"}, ("config.E032", "CLAMD_URL")),
        ({"HISTORY_KEYS": ""}, ("config.E004", "HISTORY_KEYS")),
        ({"DATABASE_URL": "sqlite:///file"}, ("config.E005", "DATABASE_URL")),
        ({"REDIS_URL": "amqp://broker"}, ("config.E005", "REDIS_URL")),
        ({"DATABASE_URL": "postgres://app:secret@one,two/app"}, ("config.E020", "DATABASE_URL")),
        ({"REPLICA_URL": "https://replica/app"}, ("config.E021", "REPLICA_URL")),
        ({"BUCKET_NAME": "files", "BUCKET_ENDPOINT": "http://store"}, ("config.E022", "BUCKET_ENDPOINT")),
        ({"BUCKET_NAME": "files", "BUCKET_TIMEOUT": 0}, ("config.E022", "BUCKET_TIMEOUT")),
        ({"REDIS_SENTINELS": ["first"]}, ("config.E023", "REDIS_SENTINELS")),
        ({"REDIS_SENTINELS": ["a:1"], "REDIS_URL": "rediss://:x@master:6379/0"}, ("config.E023", "REDIS_URL")),
        ({"REPLICA_MAX_LAG": -1}, ("config.E021", "REPLICA_MAX_LAG")),
        ({"TRUSTED_PROXIES": -1}, ("config.E006", "TRUSTED_PROXIES")),
        ({"SECURITY_CONTACT": "security@service.example"}, ("config.E011", "SECURITY_CONTACT")),
        ({"TRUSTED_PROXIES": 0}, ("config.W001", "TRUSTED_PROXIES")),
    ],
)
def test_a_wrong_setting_is_named(settings: object, wrong: dict[str, object], expected: tuple[str, str]) -> None:
    assert found(settings, **wrong) == [expected]


def test_several_servers_of_which_one_takes_changes_pass(settings: object) -> None:
    assert (
        found(settings, DATABASE_URL="postgres://app:secret@one:5432,two:5433/app?target_session_attrs=primary") == []
    )


@pytest.mark.parametrize("keys", ["", "2026a", "2026a:c2hvcnQ=", f"2026a:{KEY},2026a:{OTHER_KEY}"])
def test_keys_that_cannot_work_are_refused(settings: object, keys: str) -> None:
    assert [identity for identity, _ in found(settings, IDENTITY_KEYS=keys)] == ["config.E004"]


def test_one_key_for_two_purposes_is_refused(settings: object) -> None:
    assert found(settings, LOOKUP_KEY=KEY) == [("config.E004", "LOOKUP_KEY"), ("config.E031", "LOOKUP_KEY")]


def test_a_demonstration_may_pretend(settings: object) -> None:
    demonstration = {
        "EMBEDDED": True,
        "SMS_CARRIERS": "notifications.carriers.embedded.EmbeddedCarrier",
        "REGISTRY": "accounts.identity.registries.embedded.EmbeddedRegistry",
        "PUBLIC_URL": "http://service.example",
        "TRUSTED_PROXIES": 0,
        "ALLOWED_HOSTS": ["*"],
        "LOOKUP_KEY": ZEROS,
        "ADMIN_ENABLED": True,
        "HISTORY_ANCHOR": "",
        "LOG_DESTINATION": "",
    }
    assert found(settings, **demonstration) == []
