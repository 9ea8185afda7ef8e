"""The limits of how often something may happen, as operators read them: each with how many stand at it now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Count, Q
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts import countries, phones, rate_limits
from accounts.mandates import changes
from accounts.models import RateCounter
from accounts.rate_limits import RateLimit
from accounts.registration import register
from accounts.registration.register import ALREADY_REGISTERED
from complaints import status_by_sms
from complaints.api.open311 import filing as open311
from complaints.contact_centre import callers, contacts, new_call
from complaints.engine.links import SENT_BY_LINK
from complaints.filing.drafting import DRAFTS_PER_NETWORK
from complaints.own_cases import SENT_BY_ACCOUNT
from complaints.portal import rating
from complaints.portal.cases import RECEIPTS_PER_PERSON
from complaints.portal.privacy import COPIES_PER_PERSON, DOWNLOADS_PER_PERSON
from complaints.search import search

#: What each limit counts.
LIMITS: Final[Mapping[RateLimit, StrPromise]] = {
    rate_limits.CODES_PER_PHONE: _("Codes to one phone"),
    rate_limits.CODES_PER_ADDRESS: _("Codes from one internet address"),
    rate_limits.CODES_PER_PREFIX: _("Codes to a thousand neighbouring numbers"),
    rate_limits.CODES_IN_TOTAL: _("Codes in the whole country (an alarm; nothing stops)"),
    rate_limits.WRONG_CODES_PER_NETWORK: _("Wrong codes from one network"),
    rate_limits.WRONG_CODES_PER_PREFIX: _("Wrong codes of a thousand neighbouring numbers"),
    rate_limits.REGISTRY_CHECKS_PER_PHONE: _("Mismatches with the register of one phone"),
    rate_limits.REGISTRY_CHECKS_PER_ADDRESS: _("Mismatches with the register from one internet address"),
    rate_limits.REGISTRY_TRIALS_PER_USER: _("Trials of the register by one operator"),
    rate_limits.SIGN_INS_PER_NUMBER_AND_ADDRESS: _("Sign-ins with one number from one internet address"),
    rate_limits.SIGN_INS_PER_NUMBER: _("Sign-ins with one number"),
    rate_limits.SIGN_INS_PER_ADDRESS: _("Sign-ins of citizens from one internet address"),
    rate_limits.SIGN_INS_PER_DEVICE: _("Sign-ins on a known device"),
    rate_limits.OIDC_PER_ADDRESS: _("Sign-ins with the digital identity from one internet address"),
    rate_limits.NEW_PASSWORDS_PER_ADDRESS: _("New passwords from one internet address"),
    rate_limits.STAFF_SIGN_INS_PER_EMAIL_AND_ADDRESS: _("Sign-ins of one member of staff from one internet address"),
    rate_limits.STAFF_SIGN_INS_PER_EMAIL: _("Sign-ins of one member of staff"),
    rate_limits.STAFF_SIGN_INS_PER_ADDRESS: _("Sign-ins of staff from one internet address"),
    rate_limits.FACTOR_TRIES_PER_USER: _("Wrong second factors of one member of staff"),
    rate_limits.STAFF_RESETS_PER_ADDRESS: _("Forgotten passwords of staff from one internet address"),
    rate_limits.STAFF_RESETS_PER_EMAIL: _("Forgotten passwords of one member of staff"),
    rate_limits.PASSWORD_TRIES_PER_USER: _("Tries at the own password while signed in"),
    rate_limits.PASSWORD_CHANGES_PER_USER: _("Changes of one's password"),
    rate_limits.RESETS_PER_NUMBER_AND_PHONE: _("Forgotten passwords of one number and phone"),
    rate_limits.RESET_PROOFS_PER_NUMBER_AND_PHONE: _("Birth dates tried for one number and phone"),
    rate_limits.WRONG_LINKS_PER_ADDRESS: _("Short links that lead nowhere, from one internet address"),
    rate_limits.EMAIL_LINKS_PER_CITIZEN: _("Links to confirm an e-mail address, for one person"),
    rate_limits.EMAIL_LINKS_PER_EMAIL: _("Links to confirm one e-mail address"),
    rate_limits.INVITATIONS_PER_PERSON: _("Invitations of one new member of staff"),
    rate_limits.UPLOADED_FILES_PER_PERSON: _("Files of one person"),
    rate_limits.UPLOADED_KILOBYTES_PER_PERSON: _("Kilobytes of files of one person"),
    rate_limits.VISITORS_FILES_PER_NETWORK: _("Files of visitors from one network"),
    rate_limits.VISITORS_KILOBYTES_PER_NETWORK: _("Kilobytes of files of visitors from one network"),
    rate_limits.HELD_FORMS_PER_ADDRESS: _("Forms held after the end of a session, from one internet address"),
    rate_limits.ANSWERS_PER_ADDRESS: _("Answers kept for browsers without script, from one internet address"),
    ALREADY_REGISTERED: _("Notices to the owner that a number was registered again"),
    SENT_BY_LINK: _("Forms sent by one link of a directorate"),
    rating.SENT_BY_LINK: _("Ratings sent by one link"),
    SENT_BY_ACCOUNT: _("Ratings sent by one person"),
    search.TRIES_OF_NUMBER: _("Tries to track one case without signing in"),
    search.TRIES_OF_ADDRESS: _("Tries to track cases from one internet address"),
    callers.TRIES_OF_NUMBER: _("Searches of the contact centre for one number"),
    callers.TRIES_OF_AGENT: _("Searches of one agent of the contact centre"),
    new_call.SEARCHES_OF_AGENT: _("Searches for a caller by one agent of the contact centre"),
    contacts.ANSWERS_ABOUT: _("Wrong answers of callers about one person"),
    register.REGISTRY_CHECKS_OF_AGENT: _("Checks of callers with the register by one agent"),
    register.REGISTRY_CHECKS_OF_NUMBER: _("Checks of one caller with the register"),
    status_by_sms.ANSWERS_PER_PHONE: _("Answers by SMS to one phone that asks for a status"),
    status_by_sms.ANSWERS_IN_TOTAL: _("Answers by SMS to all who ask for a status"),
    changes.REQUESTS_PER_CITIZEN: _("Mandates that one person asks for"),
    open311.FILED_PER_KEY: _("Complaints filed with one key of a program"),
    open311.WRONG_KEYS_PER_ADDRESS: _("Wrong keys of programs from one internet address"),
    RECEIPTS_PER_PERSON: _("Receipts as PDF of one person"),
    DRAFTS_PER_NETWORK: _("Forms begun by visitors from one network"),
    COPIES_PER_PERSON: _("Copies of the own data"),
    DOWNLOADS_PER_PERSON: _("Downloads of copies of the own data"),
}


#: The lengths of the windows in which limits count.
SPANS: Final[Mapping[timedelta, StrPromise]] = {
    rate_limits.QUARTER_HOUR: _("in a quarter of an hour"),
    rate_limits.HOUR: _("in an hour"),
    rate_limits.DAY: _("in a day"),
}


@dataclass(frozen=True)
class LimitRow:
    """One limit: what it counts, how many in which time, and how many phones, addresses or people stand at it."""

    text: StrPromise | str
    most: int
    span: StrPromise
    reached: int


def limit_rows(at: datetime) -> list[LimitRow]:
    """Return all limits, those that are reached somewhere first; one statement, and one for each foreign country."""
    full = reduce(or_, (Q(scope=limit.scope, count__gte=limit.most) for limit in LIMITS))
    now = RateCounter.objects.filter(full, starts_at__lte=at, ends_at__gt=at)
    reached = dict(now.order_by().values_list("scope").annotate(Count("pk")))
    rows = [
        LimitRow(text, limit.most, SPANS[limit.span], reached.get(limit.scope, 0)) for limit, text in LIMITS.items()
    ]
    return sorted([*rows, *_of_countries(at)], key=lambda row: -row.reached)


def _of_countries(at: datetime) -> Iterator[LimitRow]:
    """Yield the limits of codes to foreign countries: each has its own, under its own key."""
    for region, most in phones.foreign_ceilings().items():
        limit = rate_limits.codes_per_country(most)
        text = gettext("Codes to mobiles of this country: %(country)s") % {"country": countries.name(region)}
        is_reached = rate_limits.spent(limit, region, at=at) >= most
        yield LimitRow(text, most, SPANS[limit.span], int(is_reached))
