"""English e-mails to staff about directives."""

from collections.abc import Mapping
from typing import Final

from notifications.wordings.wording import Wording

WORDINGS: Final[Mapping[str, Wording]] = {
    "directive_issued": Wording(
        sms="",
        subject="A directive for {agency}, due on {date}",
        text="A directive was issued to {agency}. It is due on {date}. Read it, report each step and add files that "
        "show what was done:\n\n{url}",
    ),
    "directive_reminder": Wording(
        sms="",
        subject="A directive for {agency} is due on {date}",
        text="Reminder: a directive for {agency} is due on {date} and is not reported as done:\n\n{url}",
    ),
    "directive_late": Wording(
        sms="",
        subject="A directive for {agency} is late",
        text="A directive for {agency} was due on {date} and is not reported as done:\n\n{url}\n\n"
        "Each working day the delay is reported one level higher, up to the Prime Minister's office.",
    ),
    "directive_level_vacant": Wording(
        sms="",
        subject="A directive for {agency}, and the level to tell is vacant",
        text="A directive for {agency} with the date {date} needs attention, and the position that would be told "
        "now is vacant:\n\n{url}",
    ),
    "directive_reported": Wording(
        sms="",
        subject="A directive for {agency} is reported as done",
        text="The directive for {agency} with the date {date} is reported as done. Read the evidence, then close the "
        "directive or send it back:\n\n{url}",
    ),
    "directive_sent_back": Wording(
        sms="",
        subject="A directive for {agency} was sent back, due on {date}",
        text="The directive for {agency} was sent back with a reason. It is due on {date}:\n\n{url}",
    ),
    "directive_closed": Wording(
        sms="",
        subject="A directive for {agency} is closed",
        text="The directive for {agency} with the date {date} is closed. You do not need to do anything more:\n\n{url}",
    ),
    "directive_withdrawn": Wording(
        sms="",
        subject="A directive for {agency} was withdrawn",
        text="The directive for {agency} with the date {date} was withdrawn. You do not need to do anything more. Read "
        "the reason here:\n\n{url}",
    ),
}
