"""When messages wait, questions by SMS, the gateway of SMS by HTTP, and notifications on devices by Web Push."""

from config.environment import Env

__all__ = [
    "PUSH_CARRIERS",
    "PUSH_CONTACT",
    "PUSH_HOSTS",
    "PUSH_KEY",
    "QUIET_HOURS",
    "SMS_HTTP_ANSWERS",
    "SMS_HTTP_BODY",
    "SMS_HTTP_CERT_FILE",
    "SMS_HTTP_FORMAT",
    "SMS_HTTP_HEADERS",
    "SMS_HTTP_KEY_FILE",
    "SMS_HTTP_METHOD",
    "SMS_HTTP_URL",
    "SMS_QUESTION_HANDLER",
    "SMS_STATUS_NUMBER",
]

env = Env()
_IS_EMBEDDED = env.bool("EMBEDDED", default=False)

# When citizens are not woken; a demonstration answers at any hour.
QUIET_HOURS = env.str("QUIET_HOURS", default="" if _IS_EMBEDDED else "21:00-08:00")
# Where people ask for the status of a case by SMS: a number of the carrier that passes on replies; empty, nobody can.
SMS_STATUS_NUMBER = env.str("SMS_STATUS_NUMBER", default="")
# What answers them: a function as `QuestionHandler` of `notifications.web.callbacks` describes it.
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
