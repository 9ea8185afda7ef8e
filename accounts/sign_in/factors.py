"""The second factors of staff: authenticator apps, passkeys, recovery codes, and being asked for them."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import wraps
from typing import Any, Final, cast
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext, gettext_lazy as _
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from accounts import rate_limits
from accounts.decorators import Page
from accounts.models import Factor, FactorKind, Purpose, RecoveryCode, User
from accounts.sign_in import held_forms
from accounts.sign_in.passwords import uncounted_if_busy
from kit.arabic import fold_digits
from kit.forms import DigitsField, DigitsInput, Form, LineField, plain_digits

# ---- Authenticator apps: time-based codes of six digits (TOTP, RFC 6238), each accepted once. ----


DIGITS: Final = 6
SECONDS: Final = 30
#: RFC 4226 recommends a key as long as the output of SHA-1, the one hash that every app knows.
KEY_BYTES: Final = 20
ISSUER: Final = "Bekhedmatkom"
#: Steps of time by which the clock of a phone may differ.
DRIFT: Final = 1


def new_secret() -> str:
    """Return a new key in Base32, as people type it into an app."""
    return base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode()


def provisioning_uri(secret: str, user: User) -> str:
    """Return the address that an app reads from a QR code."""
    return _totp(secret).get_provisioning_uri(user.email, ISSUER)


def code(secret: str, *, step: int) -> str:
    """Return the code of one step of time."""
    return _totp(secret).generate(step * SECONDS).decode()


def step_at(at: datetime) -> int:
    """Return the step of time that contains ``at``."""
    return int(at.timestamp()) // SECONDS


def matching_step(secret: str, typed: str, *, at: datetime) -> int | None:
    """Return the step whose code was typed, from one before to one after the present; None where it is none."""
    now = step_at(at)
    steps = range(now - DRIFT, now + DRIFT + 1)
    return next((step for step in steps if constant_time_compare(code(secret, step=step), typed)), None)


def apps_accept(factor: Factor, typed: str, *, at: datetime) -> bool:
    """Tell whether ``typed`` is a code of the app, and use it up: no code of its step or before is accepted again.

    One conditional UPDATE, so of two requests with the same code one succeeds.
    """
    step = matching_step(factor.secret, typed, at=at)
    unused = Factor.objects.filter(pk=factor.pk, counter__lt=step or 0)
    return step is not None and unused.update(counter=step, used_at=at) == 1


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), SECONDS)  # noqa: S303 - HMAC-SHA-1, which RFC 6238 has


# ---- Passkeys (WebAuthn): registered and asked for, for the one origin of PUBLIC_URL. ----
#
# The browser gets the options and sends back its answer as JSON. The challenge stays in the session and is taken out
# as it is used, so that an answer is accepted once.


CHALLENGE: Final = "passkey_challenge"
#: The longest answer that is parsed; one with an attestation has some kilobytes.
LONGEST: Final = 16 * 1024


class PasskeyRefused(Exception):
    """The answer of the browser proves nothing: another origin, an old challenge, a wrong signature, or garbage."""


def origin() -> str:
    """Return the only origin whose passkeys are accepted."""
    url = urlsplit(settings.PUBLIC_URL)
    return f"{url.scheme}://{url.netloc}"


def _server() -> Fido2Server:
    party = PublicKeyCredentialRpEntity(name="Bekhedmatkom", id=urlsplit(settings.PUBLIC_URL).hostname or "")
    return Fido2Server(party, verify_origin=lambda found: found == origin())


# ---- register ----


def registration_options(user: User, session: SessionBase) -> str:
    """Return what the browser needs to make a passkey, as JSON, and remember the challenge."""
    person = PublicKeyCredentialUserEntity(id=user.pk.bytes, name=user.email, display_name=user.name or user.email)
    options, state = _server().register_begin(
        person, credentials=_credentials(_passkeys(user)), user_verification=UserVerificationRequirement.PREFERRED
    )
    session[CHALLENGE] = state
    return json.dumps(dict(options))


def register(answer: str, session: SessionBase) -> Factor:
    """Return the passkey that the browser made, not saved and without its person. Raise ``PasskeyRefused``."""
    state = _challenge(session)
    try:
        made = _server().register_complete(state, _parsed(answer))
    except Exception as refused:  # the library raises what its parsers and ciphers do
        raise PasskeyRefused from refused
    if made.credential_data is None:
        raise PasskeyRefused
    secret = base64.b64encode(made.credential_data).decode()
    passkey_hash = _hash(made.credential_data.credential_id)
    if Factor.objects.filter(passkey_hash=passkey_hash).exists():
        raise PasskeyRefused
    return Factor(kind=FactorKind.PASSKEY, secret=secret, passkey_hash=passkey_hash, counter=made.counter)


# ---- ask ----


def sign_in_options(user: User, session: SessionBase) -> str:
    """Return what the browser needs to use a passkey of ``user``, as JSON; empty where there is none."""
    known = _credentials(_passkeys(user))
    if not known:
        return ""
    options, state = _server().authenticate_begin(known, user_verification=UserVerificationRequirement.PREFERRED)
    session[CHALLENGE] = state
    return json.dumps(dict(options))


def accept(user: User, answer: str, session: SessionBase, *, at: datetime) -> bool:
    """Tell whether the answer was made by a passkey of ``user`` for the challenge of this session."""
    factors = {factor.passkey_hash: factor for factor in _passkeys(user)}
    try:
        state = _challenge(session)
        parsed = AuthenticationResponse.from_dict(_parsed(answer))
        used = _server().authenticate_complete(state, _credentials(factors.values()), parsed)
        factor, count = factors[_hash(used.credential_id)], parsed.response.authenticator_data.counter
    except Exception:  # noqa: BLE001 - the library raises what its parsers and ciphers do
        return False
    return _is_counted(factor, count, at=at)


def _is_counted(factor: Factor, count: int, *, at: datetime) -> bool:
    """Store the count of signatures; a count that does not grow belongs to a copy, unless the passkey never counts."""
    grows = Q(counter__lt=count) | Q(counter=0) if count == 0 else Q(counter__lt=count)
    return Factor.objects.filter(grows, pk=factor.pk).update(counter=count, used_at=at) == 1


# ---- both ----


def _passkeys(user: User) -> list[Factor]:
    return list(Factor.objects.filter(user=user, kind=FactorKind.PASSKEY))


def _credentials(factors: Iterable[Factor]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(base64.b64decode(factor.secret)) for factor in factors]


def _challenge(session: SessionBase) -> Any:
    state = session.pop(CHALLENGE, None)
    if state is None:
        raise PasskeyRefused
    return state


def _parsed(answer: str) -> Any:
    if len(answer) > LONGEST:
        raise PasskeyRefused
    return json.loads(answer)


def _hash(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


# ---- Recovery codes: numbered, shown once, accepted once each, stored as salted hashes. ----
#
# A code begins with its number, so that only one hash is compared. The ten letters behind it have 49 random bits.


COUNT: Final = 8
#: Without letters and digits that look like others.
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
HALF: Final = 5
_TYPED: Final = re.compile(rf"([1-{COUNT}])([{ALPHABET}]{{{2 * HALF}}})")
_SEPARATORS: Final = re.compile(r"[\s\-\u2010-\u2015\u2212]+")


class RandomCodeHasher(Argon2PasswordHasher):
    """Argon2id at a small cost, 8 MB and some milliseconds: nobody guesses random letters as they guess passwords."""

    time_cost = 1
    memory_cost = 8 * 1024
    parallelism = 1


def new_codes() -> list[str]:
    """Return a new set of codes; ``store`` makes it the one that is accepted."""
    return [f"{number}-{_half()}-{_half()}" for number in range(1, COUNT + 1)]


def _half() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(HALF))


def store(user: User, codes: Sequence[str], *, at: datetime) -> None:
    """Replace the codes of ``user``; the old ones are accepted no more."""
    hasher = RandomCodeHasher()
    hashed = [
        RecoveryCode(user=user, number=number, digest=hasher.encode(secret, hasher.salt()), created_at=at)
        for number, secret in filter(None, map(_recovery_codes_parsed, codes))
    ]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(hashed)


def looks_like_one(typed: str) -> bool:
    """Tell whether what was typed has the form of a recovery code."""
    return _recovery_codes_parsed(typed) is not None


def use(user: User, typed: str, *, at: datetime) -> bool:
    """Tell whether ``typed`` is an unused code of ``user``, and use it up; of two at once one succeeds."""
    parsed = _recovery_codes_parsed(typed)
    if parsed is None:
        return False
    number, secret = parsed
    unused = RecoveryCode.objects.filter(user=user, number=number, used_at=None)
    digest = unused.values_list("digest", flat=True).first()
    if digest is None or not check_password(secret, digest):
        return False
    return unused.filter(digest=digest).update(used_at=at) == 1


def left(user: User) -> int:
    """Return how many codes are left."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _recovery_codes_parsed(typed: str) -> tuple[int, str] | None:
    found = _TYPED.fullmatch(_SEPARATORS.sub("", fold_digits(typed)).lower())
    return (int(found[1]), found[2]) if found else None


# ---- The forms that ask for a second factor. ----


class FactorForm(Form):
    """The code of an app or a recovery code; or the answer of a passkey, which a script fills in."""

    code = LineField(
        label=_("Code"),
        max=40,
        required=False,
        help_text=_("6 digits from your authenticator app, or one of your recovery codes"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    passkey = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Require one of the two."""
        if not self.errors and not self.cleaned_data.get("code") and not self.cleaned_data.get("passkey"):
            self.add_error("code", gettext("Enter the code"))
        return self.cleaned_data


class NewAppForm(Form):
    """The first code of a new authenticator app."""

    code = DigitsField(
        label=_("Code from the app"),
        length=DIGITS,
        help_text=_("6 digits"),
        error_messages={"required": _("Enter the code that the app shows")},
        widget=DigitsInput(attrs={"autocomplete": "one-time-code", "maxlength": "9"}),
    )


class CodesKeptForm(Form):
    """The confirmation that the recovery codes are kept."""

    kept = forms.BooleanField(label=_("I have printed these codes or written them down"))


# ---- Asks a member of staff for the second factor: a code, a passkey or a recovery code. ----


logger = logging.getLogger(__name__)


class Proof(Enum):
    """The result of asking for a factor."""

    RIGHT = auto()
    WRONG = auto()
    USED = auto()
    WRONG_PASSKEY = auto()


def is_proven(form: FactorForm, user: User, session: SessionBase, *, at: datetime) -> bool:
    """Tell whether the form holds a factor of ``user``; otherwise add an error that says what to do.

    Raise ``RateLimitReached`` after ten tries in an hour.
    """
    if not form.is_valid():
        return False
    counted: Final = (rate_limits.FACTOR_TRIES_PER_USER, str(user.pk))
    rate_limits.spend(*counted, at=at)
    with uncounted_if_busy(counted, at=at):
        proof = _judge(form, user, session, at=at)
    if proof == Proof.RIGHT:
        rate_limits.clear(*counted, at=at)
        return True
    logger.warning("a second factor was refused", extra={"user_id": str(user.pk)})
    form.add_error("code", _error_message(proof))
    return False


def _judge(form: FactorForm, user: User, session: SessionBase, *, at: datetime) -> Proof:
    typed = form.cleaned_data["code"]
    if not typed:
        is_right = accept(user, form.cleaned_data["passkey"], session, at=at)
        return Proof.RIGHT if is_right else Proof.WRONG_PASSKEY
    if looks_like_one(typed):
        return Proof.RIGHT if use(user, typed, at=at) else Proof.WRONG
    return _judge_app_code(user, plain_digits(typed), at=at)


def _judge_app_code(user: User, digits: str, *, at: datetime) -> Proof:
    factors = list(Factor.objects.filter(user=user, kind=FactorKind.APP))
    if any(apps_accept(factor, digits, at=at) for factor in factors):
        return Proof.RIGHT
    is_used = any(matching_step(factor.secret, digits, at=at) is not None for factor in factors)
    return Proof.USED if is_used else Proof.WRONG


def _error_message(proof: Proof) -> str:
    if proof == Proof.USED:
        return gettext("This code has been used already. Wait for the next one, at most half a minute")
    if proof == Proof.WRONG_PASSKEY:
        return gettext("The passkey was not accepted. Try again, or enter a code")
    return gettext("That code is not right. Check that the clock of your phone is right, and enter the newest code")


# ---- Asks for the second factor again before exports, identities, roles and settings, if it was given a while
# ago.
#
# What a person asked for meanwhile is kept on the server, encrypted: a page is opened afterwards, and a form is shown
# again with what was typed, to be sent by another press.


RECENT: Final = timedelta(minutes=15)
#: What the session holds: when the factor was given last.
FACTOR_AT: Final = "factor_at"
TOKEN: Final = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


def recent_factor_required[V: Page](*, back_to: str = "", of: str = "", within: timedelta = RECENT) -> Callable[[V], V]:
    """Ask for the factor, unless it was given ``within`` this time; stands below the decorator of the roles.

    Afterwards the person comes back to the page, or to the one named ``back_to`` where the answer is a file; ``of``
    names the part of the address that both pages have, if there is one.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            at = timezone.now()
            if is_recent(request.session, at=at, within=within):
                return view(request, *args, **kwargs)
            back = reverse(back_to, kwargs={of: kwargs[of]} if of else None) if back_to else ""
            asked = _page_to_return_to(request, back=back)
            held_forms.keep(Purpose.STEP_UP, held_forms.session_hash(request), asked, at=at)
            return redirect("staff-confirm")

        return cast("V", wrapper)

    return decorate


def is_recent(session: SessionBase, *, at: datetime, within: timedelta = RECENT) -> bool:
    """Tell whether the factor was given ``within`` this time, fifteen minutes if nothing else is said."""
    given: int = session.get(FACTOR_AT, 0)
    return at.timestamp() - given <= within.total_seconds()


def asked_for(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    """Return what the person asked for before the factor: path and, of a form, its fields; empty for nothing."""
    return held_forms.draft_for(request, Purpose.STEP_UP, at=at)


def confirm(request: HttpRequest, *, at: datetime) -> None:
    """Note that the factor was given, under a new key of the session."""
    asked = asked_for(request, at=at)
    held_forms.forget(Purpose.STEP_UP, held_forms.session_hash(request))
    request.session.cycle_key()
    request.session[FACTOR_AT] = int(at.timestamp())
    if "fields" in asked:
        held_forms.keep(Purpose.STEP_UP, held_forms.session_hash(request), asked, at=at)


def _page_to_return_to(request: HttpRequest, *, back: str) -> dict[str, Any]:
    if request.method == "POST":
        fields = [(name, value) for name, values in request.POST.lists() for value in values if name != TOKEN]
        return {"path": request.get_full_path(), "fields": fields, "had_files": bool(request.FILES)}
    query = request.META.get("QUERY_STRING", "")
    return {"path": f"{back}{query and '?'}{query}" if back else request.get_full_path()}
