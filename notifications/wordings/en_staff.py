"""English messages to staff about their own account and their roles."""

from collections.abc import Mapping
from typing import Final

from notifications.wordings.wording import Wording

WORDINGS: Final[Mapping[str, Wording]] = {
    "staff_new_password": Wording(
        sms="",
        subject="Set a new At Your Service password",
        text="Set a new password for your work account here:\n\n{url}\n\nThe link works once, for 30 minutes. If you "
        "did not ask for it, ignore this message: your password has not changed.",
    ),
    "staff_password_changed": Wording(
        sms="",
        subject="Your At Your Service password changed",
        text="The password of your work account changed, and every other device was signed out. If this was not you, "
        "tell the system operator at once.",
    ),
    "staff_factor_added": Wording(
        sms="",
        subject="A second sign-in step was added",
        text="An authenticator app or a passkey was added to your work account. If this was not you, tell the system "
        "operator at once.",
    ),
    "staff_factor_removed": Wording(
        sms="",
        subject="A second sign-in step was removed",
        text="An authenticator app or a passkey was removed from your work account. If this was not you, tell the "
        "system operator at once.",
    ),
    "staff_codes_renewed": Wording(
        sms="",
        subject="Your recovery codes were renewed",
        text="Your work account has new recovery codes, and the old ones no longer work. If this was not you, "
        "tell the system operator at once.",
    ),
    "staff_invitation": Wording(
        sms="",
        subject="You are invited to work with At Your Service",
        text="You are invited to work with At Your Service. Choose a password that only you know, by {date}:"
        "\n\n{url}\n\n"
        "The link works once. If you do not expect this message, tell your supervisor and do not open the link.",
    ),
    "staff_role_given": Wording(
        sms="",
        subject="You have a new role in At Your Service",
        text="From {date} you have this role in At Your Service: {role}, {agency}. If you do not expect this, call "
        "{phone}.",
    ),
    "staff_role_ended": Wording(
        sms="",
        subject="A role of yours in At Your Service ends",
        text="This role of yours in At Your Service ends. Role: {role}, {agency}. Last day: {date}. If you do not "
        "expect this, call {phone}.",
    ),
    "staff_account_closed": Wording(
        sms="",
        subject="Your work account in At Your Service is closed",
        text="Your work account in At Your Service is closed, and you can no longer sign in with it. If you do not "
        "expect this, call {phone}.",
    ),
    "staff_account_reopened": Wording(
        sms="",
        subject="Your work account in At Your Service is open again",
        text="Your work account in At Your Service is open again, with its roles. If you do not expect this, call "
        "{phone}.",
    ),
    "officer_centre": Wording(
        sms="The outside centre answered in case {ref}. {link}",
        subject="The outside centre answered in case {ref}",
        text="The outside centre answered in case {ref}, and the case is with you again. The case page has the answer.",
    ),
    "centre_handover": Wording(
        sms="",
        subject="{agency} hands case {ref} over to you",
        text="{agency} hands case {ref} over to you. The citizen gets a reply by {date}, so please answer before that "
        "day. An officer calls you with the details and asks for the number under which you keep the case.",
    ),
}
