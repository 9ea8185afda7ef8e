"""Messages to people: their carriers, when they wait, questions by SMS, and notifications on devices by Web Push."""

from typing import Any

from config.environment import Env

__all__ = [
    "EMAIL_CARRIERS",
    "EMAIL_DAILY_CAP",
    "EMAIL_FROM",
    "EMAIL_IN_FLIGHT",
    "EMAIL_URL",
    "MAILERS",
    "NOTIFICATIONS_TIME_FACTOR",
    "PUSH_CARRIERS",
    "PUSH_CONTACT",
    "PUSH_HOSTS",
    "PUSH_KEY",
    "QUIET_HOURS",
    "SMS_CARRIERS",
    "SMS_DAILY_CAP",
    "SMS_HTTP_ANSWERS",
    "SMS_HTTP_BODY",
    "SMS_HTTP_CERT_FILE",
    "SMS_HTTP_FORMAT",
    "SMS_HTTP_HEADERS",
    "SMS_HTTP_IN_FLIGHT",
    "SMS_HTTP_KEY_FILE",
    "SMS_HTTP_METHOD",
    "SMS_HTTP_URL",
    "SMS_QUESTION_HANDLER",
    "SMS_REPLY_NUMBERS",
    "SMS_SENDER",
    "SMS_STATUS_NUMBER",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_API_URL",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_IN_FLIGHT",
]

env = Env()
_IS_EMBEDDED = env.bool("EMBEDDED", default=False)

_EMBEDDED_CARRIER = ["notifications.carriers.embedded.EmbeddedCarrier"] if _IS_EMBEDDED else []
# In the order of preference: the next one takes what the first one fails to.
SMS_CARRIERS: list[str] = env.list("SMS_CARRIERS", default=_EMBEDDED_CARRIER)
EMAIL_CARRIERS: list[str] = env.list("EMAIL_CARRIERS", default=_EMBEDDED_CARRIER)
# Scales every span of the sending of messages; for tests, which cannot wait two hours.
NOTIFICATIONS_TIME_FACTOR = env.float("NOTIFICATIONS_TIME_FACTOR", default=1.0)
# What a day may cost, in parts of SMS and in e-mails; 0 is no cap.
SMS_DAILY_CAP = env.int("SMS_DAILY_CAP", default=0)
EMAIL_DAILY_CAP = env.int("EMAIL_DAILY_CAP", default=0)
SMS_SENDER = env.str("SMS_SENDER", default="CMU")
# Nobody can reply to a sender that is a name.
SMS_REPLY_NUMBERS: list[str] = env.list("SMS_REPLY_NUMBERS", default=[SMS_SENDER] if SMS_SENDER.startswith("+") else [])
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_API_URL = env.str("TWILIO_API_URL", default="")
# How many messages each sender process may have on its way to a carrier.
SMS_HTTP_IN_FLIGHT = env.int("SMS_HTTP_IN_FLIGHT", default=50)
TWILIO_IN_FLIGHT = env.int("TWILIO_IN_FLIGHT", default=20)
EMAIL_IN_FLIGHT = env.int("EMAIL_IN_FLIGHT", default=5)
EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_FROM = env.str("EMAIL_FROM", default="noreply@localhost" if _IS_EMBEDDED else "")
# Whatever is owed to a person leaves through notifications; Django's own mail has no way out.
MAILERS: dict[str, Any] = {}

# When citizens are not woken; a demonstration answers at any hour.
QUIET_HOURS = env.str("QUIET_HOURS", default="" if _IS_EMBEDDED else "21:00-08:00")
# Where people ask for the status of a case by SMS: a number of the carrier that passes on replies; empty, nobody can.
SMS_STATUS_NUMBER = env.str("SMS_STATUS_NUMBER", default="")
# What answers them: a function as `QuestionHandler` of `notifications.web` describes it.
SMS_QUESTION_HANDLER = "complaints.status_by_sms.answer"
# Texts, not JSON read here: what is wrong with them is a sentence of the system check.
SMS_HTTP_URL = env.str("SMS_HTTP_URL", default="")
SMS_HTTP_METHOD = env.str("SMS_HTTP_METHOD", default="POST")
SMS_HTTP_HEADERS = env.str("SMS_HTTP_HEADERS", default="{}")
SMS_HTTP_FORMAT = env.str("SMS_HTTP_FORMAT", default="json")
SMS_HTTP_BODY = env.str("SMS_HTTP_BODY", default="")
SMS_HTTP_ANSWERS = env.str("SMS_HTTP_ANSWERS", default="[]")
SMS_HTTP_CERT_FILE = env.str("SMS_HTTP_CERT_FILE", default="")
SMS_HTTP_KEY_FILE = env.str("SMS_HTTP_KEY_FILE", default="")
# The key by which push services know us (RFC 8292), 32 random bytes in base64: without it notifications on devices are
# not offered, and with another one they end.
PUSH_KEY = env.str("PUSH_KEY", default="")
# Where a push service reaches the operator: mailto:… or https://…
PUSH_CONTACT = env.str("PUSH_CONTACT", default="mailto:noreply@localhost" if _IS_EMBEDDED else "")
# The push services of the browsers, by host or, with a dot in front, by the end of it.
PUSH_HOSTS: list[str] = env.list(
    "PUSH_HOSTS",
    default=[
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        ".push.apple.com",
        ".notify.windows.com",
    ],
)
PUSH_CARRIERS: list[str] = ["notifications.carriers.web_push.WebPushCarrier"] if PUSH_KEY else []
