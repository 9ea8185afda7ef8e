"""English messages to citizens about their own account and their identity."""

from collections.abc import Mapping
from typing import Final

from notifications.wordings.wording import Wording

WORDINGS: Final[Mapping[str, Wording]] = {
    "code": Wording(
        sms="{code} is your At Your Service code. Do not share it.\n@{host} #{code}",
        subject="Your At Your Service code",
        text="{code} is your At Your Service code. Do not share it.",
    ),
    "registered": Wording(
        sms="You are registered with At Your Service and can now file your cases.",
        subject="You are registered with At Your Service",
        text="You are registered with At Your Service. You can now file your cases and follow them.",
    ),
    "already_registered": Wording(
        sms="You already have an At Your Service account. Sign in, or choose: I forgot my password.",
        subject="You already have an At Your Service account",
        text="Someone asked to register with your details. You already have an At Your Service account: sign in, or "
        "choose “I forgot my password”. If this was not you, ignore this message.",
    ),
    "password_changed": Wording(
        sms="Your At Your Service password changed. Not you? Call {phone}",
        subject="Your At Your Service password changed",
        text="Your At Your Service password changed. If this was not you, call {phone}.",
    ),
    "privacy_answered": Wording(
        sms="We have answered your request about your data. The answer is in your At Your Service account.",
        subject="The answer to your request about your data",
        text="We have answered your request about your personal data. The answer and its reason are in your At Your "
        "Service account, under “Correct or delete my data”.",
    ),
    "status_not_found": Wording(
        sms="We found nothing with this tracking number for your mobile number. Check the number, or call {phone}",
        subject="Nothing was found with this tracking number",
        text="We found nothing with this tracking number for your mobile number. Check the number, or call {phone}.",
    ),
    "problem_over": Wording(
        sms="{agency}: the known problem you told us about is over. If you still have it, send a complaint: {host}",
        subject="A known problem that you told us about is over",
        text="You told us that you have a known problem too. {agency} says that it is over:\n\n{url}\n\nIf you still "
        "have it, send a complaint.",
    ),
    "mandate_asked": Wording(
        sms="A request for a mandate in At Your Service is waiting for your answer. See your account.",
        subject="A request for a mandate is waiting for your answer",
        text="Someone asked that one person may speak for another in At Your Service. The request is waiting for your "
        "answer, and nothing begins without it. The details are in your account, under “Speaking for another”.",
    ),
    "mandate_given": Wording(
        sms="A mandate in your At Your Service account has begun and lasts until {date}. Not expected? Call {phone}",
        subject="A mandate in your At Your Service account has begun",
        text="A mandate in your At Your Service account has begun. Its last day is {date}. Your account shows it, "
        "and you can end the mandate there at any time. If you did not expect it, call {phone}.",
    ),
    "mandate_refused": Wording(
        sms="Your request for a mandate in At Your Service was not accepted. See your account.",
        subject="Your request for a mandate was not accepted",
        text="The request for a mandate that you sent in At Your Service was not accepted. The details are in your "
        "account, under “Speaking for another”.",
    ),
    "mandate_ended": Wording(
        sms="A mandate in your At Your Service account has ended. See your account.",
        subject="A mandate in your At Your Service account has ended",
        text="A mandate in your At Your Service account was ended before its last day. It can no longer be used. "
        "The details are in your account, under “Speaking for another”.",
    ),
    "account_deleted": Wording(
        sms="Your At Your Service account is closed and your data will be erased. Only the kind and dates of each case "
        "stay.",
        subject="Your At Your Service account is closed",
        text="Your At Your Service account is closed, as you asked. Your data and what was written in your cases will "
        "be erased. The kind, topic, agency, dates and outcome of each case stay for the statistics, without your "
        "name. What legal proceedings need is erased once they have ended. Questions: {phone}.",
    ),
    "data_breach": Wording(
        sms="A data breach may concern your data in At Your Service. For details call {phone}",
        subject="A data breach may concern your data",
        text="A breach of data security may concern your personal data in At Your Service. Call {phone} to learn what "
        "happened and what you should do. Do not give your password or a code to anyone who calls you.",
    ),
    "phone_changed": Wording(
        sms="This is no longer the number of your At Your Service account. Not you? Call {phone}",
        subject="Your At Your Service phone number changed",
        text="The phone number of your At Your Service account changed. If this was not you, call {phone}.",
    ),
    "phone_added": Wording(
        sms="Your number was added to an At Your Service account. Not you? Call {phone}",
        subject="A phone number was added to your At Your Service account",
        text="A phone number was added to your At Your Service account. If this was not you, call {phone}.",
    ),
    "address_changed": Wording(
        sms="Your At Your Service address changed. Not you? Call {phone}",
        subject="Your At Your Service address changed",
        text="The address in your At Your Service account changed. If this was not you, call {phone}.",
    ),
    "identity_confirmed": Wording(
        sms="Your identity is confirmed in At Your Service. You do not need to do anything.",
        subject="Your identity is confirmed",
        text="Your identity is confirmed in At Your Service. You do not need to do anything.",
    ),
    "identity_rejected": Wording(
        sms="At Your Service could not confirm your identity. See your account, or call {phone}",
        subject="We could not confirm your identity",
        text="We could not confirm your identity. Work on your cases continues. Your account says why and "
        "what you can do. You can also call {phone}.",
    ),
    "identity_merged": Wording(
        sms="Your two At Your Service accounts are now one. Not expected? Call {phone}",
        subject="Your two accounts are now one",
        text="You had two At Your Service accounts. They are now one, with all your cases. If this is wrong, call "
        "{phone}.",
    ),
}
