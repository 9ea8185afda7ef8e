"""When messages wait, questions by SMS, and notifications on devices by Web Push."""

from config.environment import Env

__all__ = [
    "PUSH_CARRIERS",
    "PUSH_CONTACT",
    "PUSH_HOSTS",
    "PUSH_KEY",
    "QUIET_HOURS",
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
