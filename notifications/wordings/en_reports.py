"""English e-mails to staff about directives, released reports, annexes and drafts of the commitment index."""

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
        text="Reminder: a directive for {agency} is due on {date} and has not been reported as done:\n\n{url}",
    ),
    "directive_late": Wording(
        sms="",
        subject="A directive for {agency} is late",
        text="A directive for {agency} was due on {date} and has not been reported as done:\n\n{url}\n\n"
        "Each working day the delay is reported one level higher, up to the Prime Minister's office.",
    ),
    "commitment_reminder": Wording(
        sms="",
        subject="A commitment of {agency} is due on {date}",
        text="Reminder: the commitment of {agency} about a recurring problem is due on {date}. Write what was done "
        "and what shows it:\n\n{url}",
    ),
    "commitment_late": Wording(
        sms="",
        subject="A commitment of {agency} is late",
        text="The commitment of {agency} about a recurring problem was due on {date}, and nothing shows yet "
        "what was done:\n\n{url}\n\n"
        "Each working day the delay is reported one level higher, up to the Prime Minister's office.",
    ),
    "directive_level_vacant": Wording(
        sms="",
        subject="A directive for {agency}: the level to inform is vacant",
        text="A directive for {agency}, due on {date}, needs attention, and the position to inform next is vacant:"
        "\n\n{url}",
    ),
    "directive_reported": Wording(
        sms="",
        subject="A directive for {agency} is reported as done",
        text="The directive for {agency}, due on {date}, is reported as done. Read the evidence, then close the "
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
        text="The directive for {agency}, due on {date}, is closed. You do not need to do anything more:\n\n{url}",
    ),
    "directive_withdrawn": Wording(
        sms="",
        subject="A directive for {agency} was withdrawn",
        text="The directive for {agency}, due on {date}, was withdrawn. You do not need to do anything more. Read "
        "the reason here:\n\n{url}",
    ),
    "report_released": Wording(
        sms="",
        subject="The periodic report up to {date} is released",
        text="The periodic report up to {date} is released. Read it, and see who has answered its annex:\n\n{url}",
    ),
    "annex_released": Wording(
        sms="",
        subject="Annex to the periodic report for {agency}, answer by {date}",
        text="The annex to the periodic report for {agency} has its figures, the cases to act on and the directives. "
        "Read it and answer by {date}:\n\n{url}",
    ),
    "annex_reminder": Wording(
        sms="",
        subject="The annex for {agency} must be answered by {date}",
        text="Reminder: the annex to the periodic report for {agency} must be answered by {date}:\n\n{url}",
    ),
    "annex_late": Wording(
        sms="",
        subject="The answer to the annex for {agency} is late",
        text="The annex to the periodic report for {agency} had to be answered by {date}, and there is no answer yet:"
        "\n\n{url}",
    ),
    "annex_answered": Wording(
        sms="",
        subject="{agency}: an answer to the annex",
        text="There is an answer to the annex to the periodic report for {agency}. Read it here:\n\n{url}",
    ),
    "index_reply_open": Wording(
        sms="",
        subject="Draft of the commitment index of {agency}, reply by {date}",
        text="The commitment index of {agency} has been calculated and is not published yet. Read it with the cases it "
        "comes from, and reply by {date} if it needs a correction or an explanation. The reply is published with the "
        "index:\n\n{url}",
    ),
}
