"""What Twilio says of a message, and what it means; no call is made here."""

import re
from collections.abc import Mapping
from typing import Final

from notifications.carriers import Meaning, Status, StatusReport

#: The name of Twilio's carrier.
NAME: Final = "twilio"
MESSAGE: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
# What Twilio's codes mean (https://www.twilio.com/docs/api/errors): those of a refused request, and those that come
# later with a message that could not be delivered. A refusal with a code that is not here is "unknown", and seen by a
# person; a failed delivery with one says nothing of the address.
MEANINGS: Final[Mapping[int, Meaning]] = {
    10001: Meaning.ACCOUNT,  # the account is not active
    20003: Meaning.ACCOUNT,  # the account or its token is refused
    20005: Meaning.ACCOUNT,  # the account is not active
    20006: Meaning.ACCOUNT,  # access denied
    20008: Meaning.ACCOUNT,  # credentials for tests
    20010: Meaning.ACCOUNT,  # action disabled for the account
    20403: Meaning.ACCOUNT,  # forbidden: suspended or closed
    20404: Meaning.ACCOUNT,  # the account is not found
    20429: Meaning.BUSY,  # too many requests
    21211: Meaning.DEAD,  # not a valid number
    21212: Meaning.ACCOUNT,  # not a valid sender: a setting
    21214: Meaning.DEAD,  # the number cannot be reached
    21217: Meaning.DEAD,  # the number does not look valid
    21219: Meaning.ACCOUNT,  # a trial account writes to verified numbers only
    21265: Meaning.DEAD,  # a short code as recipient
    21266: Meaning.UNFIT,  # sender and recipient are the same
    21267: Meaning.ACCOUNT,  # a trial account has no sender name
    21268: Meaning.DEAD,  # a premium or information number
    21408: Meaning.UNFIT,  # no permission for the number's region
    21470: Meaning.ACCOUNT,  # not an account
    21471: Meaning.ACCOUNT,  # the account does not exist
    21472: Meaning.ACCOUNT,  # the account is not active
    21601: Meaning.DEAD,  # the number cannot receive SMS
    21602: Meaning.UNFIT,  # no body
    21603: Meaning.ACCOUNT,  # no sender: a setting
    21604: Meaning.UNFIT,  # no recipient
    21605: Meaning.UNFIT,  # the body is too long
    21606: Meaning.ACCOUNT,  # the sender may not send: a setting
    21607: Meaning.ACCOUNT,  # a trial account sends from its sandbox only
    21608: Meaning.ACCOUNT,  # a trial account writes to verified numbers only
    21609: Meaning.ACCOUNT,  # the address of the callback is not valid: PUBLIC_URL
    21610: Meaning.STOPPED,  # the recipient answered STOP
    21611: Meaning.BUSY,  # the sender's queue is full
    21612: Meaning.UNFIT,  # the recipient cannot be reached from this sender
    21614: Meaning.DEAD,  # not a mobile number
    21616: Meaning.ACCOUNT,  # the sender matches several numbers
    21617: Meaning.UNFIT,  # the body is too long
    21618: Meaning.UNFIT,  # the body cannot be sent
    21619: Meaning.UNFIT,  # no body
    21635: Meaning.DEAD,  # a landline
    21657: Meaning.ACCOUNT,  # the sender's name is not valid
    21659: Meaning.ACCOUNT,  # the sender is not Twilio's: a setting
    21660: Meaning.ACCOUNT,  # the sender belongs to another account
    21661: Meaning.ACCOUNT,  # the sender cannot send SMS
    21663: Meaning.ACCOUNT,  # the sender's routing is set wrongly
    21910: Meaning.UNFIT,  # sender and recipient are of different channels
    30001: Meaning.BUSY,  # queue overflow
    30002: Meaning.ACCOUNT,  # the account was suspended
    30003: Meaning.UNFIT,  # the phone is off or out of reach: it may be on again tomorrow
    30004: Meaning.UNFIT,  # blocked, by the recipient, the country or a filter
    30005: Meaning.DEAD,  # the number is unknown or no longer in service
    30006: Meaning.DEAD,  # a landline
    30007: Meaning.UNFIT,  # filtered
    30008: Meaning.UNFIT,  # an error of the network's that it does not explain
    30010: Meaning.UNFIT,  # dearer than allowed
    30017: Meaning.BUSY,  # the network is congested
    30018: Meaning.ACCOUNT,  # the network wants the sender registered
    30019: Meaning.UNFIT,  # too large for the network
    30022: Meaning.BUSY,  # sent too fast
    30023: Meaning.BUSY,  # the day's limit is reached
    30024: Meaning.ACCOUNT,  # the sender is not provisioned at the network
    30027: Meaning.BUSY,  # the day's limit is reached
    30032: Meaning.ACCOUNT,  # the sender is not verified
    30033: Meaning.ACCOUNT,  # the campaign is suspended
    30034: Meaning.ACCOUNT,  # the sender is not registered
    30035: Meaning.ACCOUNT,  # the sender is still being set up
    30036: Meaning.BUSY,  # waited in Twilio's queue until it was too old
    30037: Meaning.ACCOUNT,  # sending is disabled for the account
    30038: Meaning.UNFIT,  # filtered as a code
    30039: Meaning.UNFIT,  # filtered as an echo
    30040: Meaning.ACCOUNT,  # the network wants the sender registered
    30041: Meaning.ACCOUNT,  # the country wants the sender registered
    30042: Meaning.ACCOUNT,  # the sender's name is generic or not ours
    30044: Meaning.ACCOUNT,  # too long for a trial account
    30410: Meaning.UNFIT,  # a network's timeout: it may have arrived
    30450: Meaning.BUSY,  # blocked for half an hour, as suspicious
    30453: Meaning.UNFIT,  # could not be delivered, as suspicious
    30454: Meaning.ACCOUNT,  # the account's limit of messages is reached
}
# Twilio's names of the states of a message. A name that is not here changes nothing.
STATUSES: Final[Mapping[str, Status]] = {
    "accepted": Status.TAKEN,
    "scheduled": Status.TAKEN,
    "queued": Status.TAKEN,
    "sending": Status.TAKEN,
    "sent": Status.TAKEN,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}


def status_report(provider_id: str, word: str, code: str, body: str = "", *, to: str = "") -> StatusReport:
    """Return the report that a status of Twilio's and an error code make; an unknown status says that Twilio has it."""
    meaning = MEANINGS.get(int(code), Meaning.UNFIT) if code.isdecimal() else Meaning.UNFIT
    return StatusReport(provider_id, STATUSES.get(word, Status.TAKEN), word, code, meaning, body, to)
