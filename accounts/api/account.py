"""The person's own account: what the page shows of it, masked, and the usage policy."""

import json
import secrets
import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from accounts import contact, phones, policy
from accounts.account.notices import SubscriptionForm
from accounts.api.access import TAKES_KEY, Body, Day, Line, before_policy, form_data, once, session_in, signed_in
from accounts.contact import citizen_key
from accounts.decorators import signed_in_citizen, signed_in_user
from accounts.models import Purpose, SessionEnd
from accounts.rate_limits import client_address
from accounts.registration import pages, register
from accounts.registration.forms import ContactForm, PasswordForm, WhoForm
from accounts.registration.register import Mismatch, password_owner
from accounts.sign_in import app_sessions, codes, held_forms
from accounts.sign_in.app_sessions import ACCESS_LIFE, Keys, SessionOver
from accounts.sign_in.citizens import SignInForm, proven_citizen
from accounts.sign_in.codes import CodeContext, CodeForm
from accounts.sign_in.devices import device_name
from kit.crypto import lookup
from kit.problems import Problem, require_valid
from notifications import addresses
from notifications.carriers import push_services
from notifications.models import PushSubscription

router = Router(tags=["account"])


class Account(BaseModel):
    """Who is signed in, and how messages reach them."""

    name: str
    masked_number: str
    masked_phone: str
    identity: Annotated[str, Field(description="matched, pending, mismatched or rejected")]
    language: str
    notify_by: str


class Policy(BaseModel):
    """The usage policy in force, what is new in it, and whether the person has accepted it."""

    version: str
    changed: str
    is_accepted: bool


class Acceptance(Body):
    """The version of the usage policy that the person has read and accepts."""

    version: Annotated[str, Field(max_length=20)]


@router.get("/account", response=Account, auth=signed_in)
def get_account(request: HttpRequest) -> Account:
    """Show the account, with what identifies a person masked."""
    citizen = signed_in_citizen(request)
    return Account(
        name=citizen.full_name,
        masked_number=citizen.masked_number,
        masked_phone=citizen.masked_phone,
        identity=citizen.identity,
        language=citizen.language,
        notify_by=citizen.offered_way,
    )


@router.get("/policy", response=Policy, auth=before_policy)
def get_policy(request: HttpRequest) -> Policy:
    """Show which usage policy is in force."""
    current = policy.in_force(timezone.now())
    return Policy(
        version=current.version,
        changed=current.what_changed(get_language() or "ar"),
        is_accepted=not session_in(request).policy_due,
    )


@router.post("/policy/acceptance", response={204: None}, auth=before_policy, openapi_extra={"x-problems": [409]})
def accept_policy(request: HttpRequest, body: Acceptance) -> Status[None]:
    """Accept the usage policy in force, if it is the version that was read; repeating changes nothing."""
    at = timezone.now()
    if body.version != policy.in_force(at).version:
        raise Problem("overtaken", gettext("The usage policy has changed since it was read. Read it again."))
    app_sessions.accept_policy(session_in(request), body.version, language=get_language() or "ar", at=at)
    return Status(204, None)


# ---- Signing in and out with an app, and the places where a person is signed in. ----


sessions_router = Router(tags=["sign-in"])

DeviceName = Annotated[str, Field(max_length=80, description="How the person recognises the phone")]


class SignIn(Body):
    """Number and password, as on the sign-in page."""

    number: Line
    password: Line
    device: DeviceName = ""


class Refresh(Body):
    """The refresh key, which is used up."""

    refresh_token: Line


class Tokens(BaseModel):
    """The keys of a session: the first for every request, the second once, for the next pair."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - no password
    expires_in: int
    refresh_token: str
    session: uuid.UUID
    policy_due: bool


class AppSessionRow(BaseModel):
    """One place where the person is signed in with an app."""

    id: uuid.UUID
    device: str
    network: str
    began_at: datetime
    used_at: datetime
    is_this: bool


class AppSessionRows(BaseModel):
    """Where the person is signed in, the place used last first."""

    items: list[AppSessionRow]


def tokens(keys: Keys) -> Tokens:
    """Return the keys as the app gets them."""
    return Tokens(
        access_token=keys.access,
        expires_in=int(ACCESS_LIFE.total_seconds()),
        refresh_token=keys.refresh,
        session=keys.session.pk,
        policy_due=keys.session.policy_due,
    )


@sessions_router.post("/sessions", response={201: Tokens}, openapi_extra={"x-problems": [401]})
def sign_in(request: HttpRequest, body: SignIn) -> Status[Tokens]:
    """Sign in by number and password, within the limits of the sign-in page."""
    at, form = timezone.now(), SignInForm(form_data(body))
    require_valid(form)
    user = proven_citizen(request, form, at=at)
    if user is None:
        raise Problem("wrong_sign_in")
    return Status(201, tokens(app_sessions.begin(request, user, device=tidy_device(body.device), at=at)))


def tidy_device(name: str) -> str:
    """Return the name of a device in one line of printable characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())


@sessions_router.post("/sessions/refresh", response=Tokens, openapi_extra={"x-problems": [401]})
def refresh_session(request: HttpRequest, body: Refresh) -> Tokens:
    """Get new keys for a refresh key. A key that was used before ends the session: sign in again."""
    try:
        return tokens(app_sessions.refresh(body.refresh_token, at=timezone.now()))
    except SessionOver:
        raise Problem("session_over") from None


@sessions_router.get("/sessions", response=AppSessionRows, auth=before_policy)
def list_sessions(request: HttpRequest) -> AppSessionRows:
    """List where the person is signed in with an app."""
    this, found = session_in(request).pk, app_sessions.open_sessions(signed_in_user(request), at=timezone.now())
    names = ("id", "device", "network", "began_at", "used_at")
    rows = [AppSessionRow(**{name: getattr(one, name) for name in names}, is_this=one.pk == this) for one in found]
    return AppSessionRows(items=rows)


@sessions_router.delete("/sessions/current", response={204: None}, auth=before_policy)
def sign_out(request: HttpRequest) -> Status[None]:
    """Sign out: both keys end at once."""
    session = session_in(request)
    app_sessions.end(session.user, session.pk, SessionEnd.SIGNED_OUT, at=timezone.now())
    return Status(204, None)


@sessions_router.delete("/sessions/{uuid:session}", response={204: None}, auth=before_policy)
def end_session(request: HttpRequest, session: uuid.UUID) -> Status[None]:
    """Sign out in another place."""
    if not app_sessions.end(signed_in_user(request), session, SessionEnd.REVOKED, at=timezone.now()):
        raise Problem("not_found")
    return Status(204, None)


# ---- The telephones that show notifications: Web Push, which apps take through UnifiedPush and the like (RFC
# 8030).


devices_router = Router(tags=["devices"], auth=signed_in)


class NewDevice(Body):
    """Where the telephone is reached, and the keys that only it can open a notification with (RFC 8291)."""

    endpoint: Annotated[str, Field(max_length=1000)]
    p256dh: Annotated[str, Field(max_length=120)]
    auth: Annotated[str, Field(max_length=40)]
    device: DeviceName = ""


class DeviceRow(BaseModel):
    """A device that shows notifications."""

    id: uuid.UUID
    device: str
    created_at: datetime


class Devices(BaseModel):
    """The devices of the person; ``application_key`` is what a push service is asked with, empty where push is off."""

    items: list[DeviceRow]
    application_key: str


def _row(found: PushSubscription) -> DeviceRow:
    return DeviceRow(id=found.pk, device=found.device, created_at=found.created_at)


@devices_router.get("/devices", response=Devices)
def list_devices(request: HttpRequest) -> Devices:
    """List the devices that show notifications, browsers too."""
    rows = [_row(found) for found in contact.notified_browsers(signed_in_citizen(request))]
    return Devices(items=rows, application_key=push_services.application_key())


@devices_router.post("/devices", response={201: DeviceRow}, openapi_extra={**TAKES_KEY, "x-problems": [404]})
@once
def add_device(request: HttpRequest, body: NewDevice) -> Status[DeviceRow]:
    """Let this device show notifications until the session ends; SMS go on as before. Repeating is harmless."""
    if not push_services.application_key():
        raise Problem("not_found")
    form = SubscriptionForm(form_data(body))
    require_valid(form)
    key, name = citizen_key(signed_in_citizen(request).pk), tidy_device(body.device) or device_name(request)
    row = addresses.subscribe(key, form.address, device=name[:60], at=timezone.now())
    app_sessions.remember_push(session_in(request), row.pk)
    return Status(201, _row(row))


@devices_router.delete("/devices/{uuid:device}", response={204: None})
def remove_device(request: HttpRequest, device: uuid.UUID) -> Status[None]:
    """End the notifications on a device; one that is not the person's stays as it is."""
    contact.push_remove(signed_in_citizen(request), device, at=timezone.now())
    return Status(204, None)


# ---- Registering with an app: the details, the code, and the account; the forms and limits are those of the
# pages.


registrations_router = Router(tags=["registration"])

Key = Annotated[Line, Field(description="The key of a registration that was begun")]


class RegistrationBody(Body):
    """What a person enters to register: the fields of the pages."""

    registration: Annotated[Line, Field(description="The key of this registration, to correct its details")] = ""
    citizenship: Literal["national", "other"] = "national"
    national_number: Line = ""
    nationality: Line = ""
    document: Literal["", "personal", "passport"] = ""
    document_number: Line = ""
    first_name: Line
    father_name: Line = ""
    grandfather_name: Line = ""
    family_name: Line
    birth_date: Day
    mobile: Line
    email: Line = ""
    country: Line = "JO"
    governorate: Line = ""
    city: Line
    address: Line
    password: Line
    policy: Annotated[bool, Field(description="The person has read and accepts the usage policy")]


class Begun(BaseModel):
    """A registration that was begun: its key, where the code goes, and when it may be sent again."""

    registration: str
    sent_to: str
    wait: Annotated[int, Field(description="Seconds until the code may be sent again")]
    is_proven: Annotated[bool, Field(description="The phone is proven already: complete it without a code")]


class Again(Body):
    """A registration whose code is to be sent again."""

    registration: Key


class Completion(Body):
    """The code from the message; ``insists`` goes on although the civil register says otherwise."""

    registration: Key
    code: Line = ""
    insists: bool = False
    device: DeviceName = ""


@registrations_router.post("/registrations", response={201: Begun})
def begin_registration(request: HttpRequest, body: RegistrationBody) -> Status[Begun]:
    """Begin a registration, or correct the details of one: the code goes to the phone that was entered."""
    at = timezone.now()
    key = body.registration or secrets.token_urlsafe(32)
    session = _session(key)
    before = held_forms.load(Purpose.REGISTER, session, at=at) if body.registration else {}
    draft = _draft(request, body, at=at) | {name: before[name] for name in ("proven",) if name in before}
    held_forms.keep(Purpose.REGISTER, session, draft, at=at)
    context = pages.code_context(request, draft, session=session)
    is_proven = draft.get("proven") == context.target
    if not is_proven:
        register.send_code(pages.entered_data(draft), context, at=at)
    return Status(201, _begun(key, context, at=at, is_proven=is_proven))


def _session(key: str) -> str:
    return lookup(f"app:{key}", purpose="session")


def _draft(request: HttpRequest, body: RegistrationBody, *, at: datetime) -> dict[str, Any]:
    """Return what the three forms make of the details; raise ``Problem``."""
    data = form_data(body, days=("birth_date",)) | {"again": body.password}
    who, contact = WhoForm(data), ContactForm(data)
    who.is_valid()
    contact.is_valid()
    typed = {"who": who.cleaned_data, "contact": contact.cleaned_data}
    last = PasswordForm(data, owner=password_owner(typed))
    require_valid(who, contact, last)
    draft: dict[str, Any] = json.loads(json.dumps(typed, cls=DjangoJSONEncoder))
    return draft | {"last": pages.last_step(request, last, draft, at=at)}


def _begun(key: str, context: CodeContext, *, at: datetime, is_proven: bool = False) -> Begun:
    masked = contact.mask(context.email) if context.email else phones.mask(context.phone)
    wait = codes.seconds_to_wait(context, at=at)
    return Begun(registration=key, sent_to=masked, wait=wait, is_proven=is_proven)


@registrations_router.post("/registrations/code", response=Begun, openapi_extra={"x-problems": [404]})
def send_code_again(request: HttpRequest, body: Again) -> Begun:
    """Send the code of a registration once more."""
    at = timezone.now()
    draft = _registration_draft(body.registration, at=at)
    context = pages.code_context(request, draft, session=_session(body.registration))
    codes.send_again(context, at=at)
    return _begun(body.registration, context, at=at)


def _registration_draft(key: str, *, at: datetime) -> dict[str, Any]:
    draft = held_forms.load(Purpose.REGISTER, _session(key), at=at) if key else {}
    if not draft:
        raise Problem("not_found")
    return draft


@registrations_router.post("/registrations/complete", response={201: Tokens}, openapi_extra={"x-problems": [404, 409]})
def complete_registration(request: HttpRequest, body: Completion) -> Status[Tokens]:
    """Complete a registration by the code, and sign in; after a mismatch correct the details, or insist."""
    at, session = timezone.now(), _session(body.registration)
    draft = _registration_draft(body.registration, at=at)
    context = pages.code_context(request, draft, session=session)
    if draft.get("proven") != context.target:
        form = CodeForm({"code": body.code})
        if not codes.is_proven(form, context, at=at):
            require_valid(form)
        draft["proven"] = context.target
    if body.insists and draft.get("mismatch"):
        draft["insists"] = True
    try:
        known, address = pages.known_finding(draft), client_address(request)
        user = register.complete(pages.entered_data(draft), address=address, known=known, at=at)
    except Mismatch as wrong:
        found = [wrong.finding.source, *wrong.finding.fields]
        held_forms.keep(Purpose.REGISTER, session, draft | {"mismatch": found}, at=at)
        raise Problem("registry_mismatch", differing=list(wrong.finding.fields)) from None
    held_forms.forget(Purpose.REGISTER, session)
    keys = app_sessions.begin(request, user, device=tidy_device(body.device), at=at)
    return Status(201, tokens(keys))
