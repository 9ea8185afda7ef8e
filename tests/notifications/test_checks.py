"""Settings that cannot work refuse to start, each with a sentence that names it."""

from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.checks.registry import registry

from notifications import checks

EMBEDDED = "notifications.carriers.embedded.EmbeddedCarrier"
TWILIO = "notifications.carriers.twilio.TwilioCarrier"
HTTP = "notifications.carriers.http.HttpCarrier"
SMTP = "notifications.carriers.smtp.SmtpCarrier"
EVERY_CHECK = (
    checks.carriers_can_work,
    checks.links_are_short,
    checks.time_factor_is_sound,
    checks.quiet_hours_are_hours,
    checks.questions_can_arrive,
    checks.caps_are_counts,
)
GOOD: dict[str, Any] = {
    "EMBEDDED": False,
    "PUBLIC_URL": "https://bk.gov.jo",
    "SHORT_HOST": "",
    "SMS_CARRIERS": [TWILIO, HTTP],
    "EMAIL_CARRIERS": [SMTP],
    "SMS_SENDER": "CMU",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0" * 32,
    "TWILIO_API_URL": "",
    "SMS_HTTP_URL": "https://gateway.example/send",
    "SMS_HTTP_METHOD": "POST",
    "SMS_HTTP_HEADERS": '{"Authorization": "Bearer 0123"}',
    "SMS_HTTP_FORMAT": "json",
    "SMS_HTTP_BODY": '{"to": "{to}", "text": "{body}"}',
    "SMS_HTTP_ANSWERS": '[{"status": 200, "means": "accepted"}]',
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
    "EMAIL_FROM": "noreply@bk.gov.jo",
    "NOTIFICATIONS_TIME_FACTOR": 1.0,
    "QUIET_HOURS": "21:00-08:00",
    "SMS_DAILY_CAP": 20_000,
    "SMS_STATUS_NUMBER": "",
    "EMAIL_DAILY_CAP": 0,
}


def found(settings: Any, **wrong: Any) -> list[str]:
    """Return what the checks say of good settings with something wrong: an id and a sentence each."""
    for name, value in (GOOD | wrong).items():
        setattr(settings, name, value)
    messages: list[CheckMessage] = [message for check in EVERY_CHECK for message in check(app_configs=None)]
    return [f"{str(message.id).removeprefix('notifications.')}: {message.msg}" for message in messages]


def test_good_settings_pass(settings: Any) -> None:
    assert found(settings) == []


def test_the_checks_are_registered() -> None:
    assert set(EVERY_CHECK) <= set(registry.get_checks())


NO_CARRIER = "E002: {0} names no carrier: {1!r} is not a class with a name and a send."
TIME_FACTOR = "E003: NOTIFICATIONS_TIME_FACTOR is not above 0 and at most 10; outside tests it is 1."
QUIET = "E004: QUIET_HOURS is neither empty nor like 21:00-08:00."
STATUS_NUMBER = "E007: SMS_STATUS_NUMBER is neither empty nor a number like 90111 or +962791234567."


@pytest.mark.parametrize("setting", ["SMS_CARRIERS", "EMAIL_CARRIERS"])
@pytest.mark.parametrize(
    ("paths", "sentences"),
    [
        ([], ["E001: {0} is empty: name a carrier (docs/settings.md)."]),
        ([""], ["E002: {0} names no carrier: '' cannot be imported."]),
        (["no.Carrier"], ["E002: {0} names no carrier: 'no.Carrier' cannot be imported."]),
        (["notifications.models.Channel"], [NO_CARRIER.replace("{1!r}", "'notifications.models.Channel'")]),
        (
            ["notifications.runtime.timings"],
            [NO_CARRIER.replace("{1!r}", "'notifications.runtime.timings'")],
        ),
        (
            ["no.Carrier", "nor.This"],
            [
                "E002: {0} names no carrier: 'no.Carrier' cannot be imported.",
                "E002: {0} names no carrier: 'nor.This' cannot be imported.",
            ],
        ),
    ],
)
def test_carriers_that_are_none_are_named(settings: Any, setting: str, paths: list[str], sentences: list[str]) -> None:
    assert found(settings, **{setting: paths}) == [sentence.replace("{0}", setting) for sentence in sentences]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"SMS_CARRIERS": [TWILIO, TWILIO]}, "E006: SMS_CARRIERS names the carrier 'twilio' more than once."),
        ({"EMAIL_CARRIERS": [SMTP, SMTP, SMTP]}, "E006: EMAIL_CARRIERS names the carrier 'smtp' more than once."),
        ({"SMS_CARRIERS": [SMTP]}, f"E002: SMS_CARRIERS names {SMTP}, which carries nothing by sms."),
        ({"EMAIL_CARRIERS": [HTTP]}, f"E002: EMAIL_CARRIERS names {HTTP}, which carries nothing by email."),
        ({"TWILIO_ACCOUNT_SID": ""}, "E002: TWILIO_ACCOUNT_SID is empty, and SMS_CARRIERS names Twilio."),
        ({"TWILIO_AUTH_TOKEN": ""}, "E002: TWILIO_AUTH_TOKEN is empty, and SMS_CARRIERS names Twilio."),
        ({"SMS_SENDER": ""}, "E002: SMS_SENDER is empty, and SMS_CARRIERS names Twilio."),
        ({"SMS_HTTP_METHOD": "PUT"}, "E002: SMS_HTTP_METHOD is none of POST, GET."),
        ({"SMS_HTTP_HEADERS": "Bearer 0123"}, "E002: SMS_HTTP_HEADERS is not JSON."),
        ({"SMS_HTTP_BODY": ""}, "E002: SMS_HTTP_BODY is not JSON."),
        ({"SMS_HTTP_ANSWERS": "[]"}, 'E002: SMS_HTTP_ANSWERS has no rule that means "accepted".'),
        ({"EMAIL_URL": ""}, "E002: EMAIL_URL is empty, and EMAIL_CARRIERS names the SMTP carrier."),
        ({"EMAIL_URL": "mail"}, "E002: EMAIL_URL is not like smtp+tls://user:password@host:587."),
        ({"EMAIL_FROM": "CMU"}, "E002: EMAIL_FROM is not one e-mail address, like noreply@service.example."),
        ({"NOTIFICATIONS_TIME_FACTOR": 0.0}, TIME_FACTOR),
        ({"NOTIFICATIONS_TIME_FACTOR": -1.0}, TIME_FACTOR),
        ({"NOTIFICATIONS_TIME_FACTOR": float("nan")}, TIME_FACTOR),
        ({"NOTIFICATIONS_TIME_FACTOR": 1e9}, TIME_FACTOR),
        ({"NOTIFICATIONS_TIME_FACTOR": 0.0, "EMBEDDED": True}, TIME_FACTOR),
        (
            {"NOTIFICATIONS_TIME_FACTOR": 0.5},
            (
                "W002: NOTIFICATIONS_TIME_FACTOR is not 1: carriers are given another time "
                "than they were measured to need."
            ),
        ),
        ({"QUIET_HOURS": "21-8"}, QUIET),
        ({"QUIET_HOURS": "21:00"}, QUIET),
        ({"QUIET_HOURS": "21:00-24:00"}, QUIET),
        ({"QUIET_HOURS": "21:60-08:00"}, QUIET),
        ({"QUIET_HOURS": "21:00-21:00"}, QUIET),
        ({"QUIET_HOURS": "٢١:٠٠-٠٨:٠٠"}, QUIET),
        ({"QUIET_HOURS": "21:00 – 08:00"}, QUIET),
        ({"SMS_STATUS_NUMBER": "CMU"}, STATUS_NUMBER),
        ({"SMS_STATUS_NUMBER": "٩٠١١١"}, STATUS_NUMBER),
        (
            {"SMS_CARRIERS": [HTTP], "SMS_STATUS_NUMBER": "90111"},
            "E008: SMS_STATUS_NUMBER is set, but no carrier of SMS_CARRIERS passes on what people write.",
        ),
        ({"SMS_DAILY_CAP": -1}, "E005: SMS_DAILY_CAP is below 0; 0 is no cap."),
        ({"EMAIL_DAILY_CAP": -5}, "E005: EMAIL_DAILY_CAP is below 0; 0 is no cap."),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(settings: Any, wrong: dict[str, Any], sentence: str) -> None:
    assert found(settings, **wrong) == [sentence]


def test_every_missing_setting_of_every_carrier_is_named_at_once(settings: Any) -> None:
    sentences = found(settings, TWILIO_AUTH_TOKEN="", SMS_HTTP_URL="", EMAIL_URL="", QUIET_HOURS="night")
    named = [sentence.split()[1] for sentence in sentences]
    assert named == ["TWILIO_AUTH_TOKEN", "SMS_HTTP_URL", "EMAIL_URL", "QUIET_HOURS"]


def test_production_refuses_the_ledger(settings: Any) -> None:
    sentences = found(settings, SMS_CARRIERS=[EMBEDDED], EMAIL_CARRIERS=[EMBEDDED])
    assert [sentence.split()[0] for sentence in sentences] == ["E002:"] * 2
    assert [sentence.endswith("or set EMBEDDED=true for development.") for sentence in sentences] == [True, True]


@pytest.mark.parametrize(
    "right",
    [
        {"QUIET_HOURS": ""},
        {"QUIET_HOURS": "00:00-05:30"},
        {"SMS_DAILY_CAP": 0},
        {"SMS_CARRIERS": [HTTP, TWILIO], "SMS_STATUS_NUMBER": "90111"},
        {"SMS_CARRIERS": [TWILIO], "SMS_STATUS_NUMBER": "+962791234567"},
        {"NOTIFICATIONS_TIME_FACTOR": 0.01, "EMBEDDED": True},
        {"SMS_CARRIERS": [HTTP], "TWILIO_ACCOUNT_SID": ""},
        {"SMS_CARRIERS": [TWILIO], "SMS_HTTP_URL": ""},
        {"SMS_CARRIERS": [EMBEDDED], "EMAIL_CARRIERS": [EMBEDDED], "EMBEDDED": True, "EMAIL_URL": ""},
    ],
)
def test_what_is_not_used_may_be_empty(settings: Any, right: dict[str, Any]) -> None:
    assert found(settings, **right) == []


@pytest.mark.parametrize(
    ("url", "short", "warned"),
    [
        ("https://bk.gov.jo", "", []),
        ("https://bekhedmatkom.gov.jo", "", ["W001:"]),
        ("https://bekhedmatkom.gov.jo", "bk.gov.jo", []),
    ],
)
def test_a_long_host_is_warned_of(settings: Any, url: str, short: str, warned: list[str]) -> None:
    assert [each.split()[0] for each in found(settings, PUBLIC_URL=url, SHORT_HOST=short)] == warned
