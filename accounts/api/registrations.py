"""Registering with an app: the details, the code, and the account; the forms and limits are those of the pages."""

import json
import secrets
from datetime import datetime
from typing import Annotated, Any, Literal

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from accounts import phones
from accounts.api.bodies import Body, Day, Line, form_data
from accounts.api.sessions import DeviceName, Tokens, tidy_device, tokens
from accounts.contact import email_address
from accounts.models import Purpose
from accounts.rate_limits import client_address
from accounts.registration import register, steps
from accounts.registration.data import password_owner
from accounts.registration.forms import ContactForm, PasswordForm, WhoForm
from accounts.registration.register import Mismatch
from accounts.sign_in import app_sessions, codes, form_drafts
from accounts.sign_in.codes import CodeContext, CodeForm
from kit.crypto import lookup
from kit.problems import Problem, require_valid

router = Router(tags=["registration"])

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


@router.post("/registrations", response={201: Begun})
def begin_registration(request: HttpRequest, body: RegistrationBody) -> Status[Begun]:
    """Begin a registration, or correct the details of one: the code goes to the phone that was entered."""
    at = timezone.now()
    key = body.registration or secrets.token_urlsafe(32)
    session = _session(key)
    before = form_drafts.load(Purpose.REGISTER, session, at=at) if body.registration else {}
    draft = _draft(request, body, at=at) | {name: before[name] for name in ("proven",) if name in before}
    form_drafts.keep(Purpose.REGISTER, session, draft, at=at)
    context = steps.code_context(request, draft, session=session)
    is_proven = draft.get("proven") == context.target
    if not is_proven:
        register.send_code(steps.entered_data(draft), context, at=at)
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
    return draft | {"last": steps.last_step(request, last, draft, at=at)}


def _begun(key: str, context: CodeContext, *, at: datetime, is_proven: bool = False) -> Begun:
    masked = email_address.mask(context.email) if context.email else phones.mask(context.phone)
    wait = codes.seconds_to_wait(context, at=at)
    return Begun(registration=key, sent_to=masked, wait=wait, is_proven=is_proven)


@router.post("/registrations/code", response=Begun, openapi_extra={"x-problems": [404]})
def send_code_again(request: HttpRequest, body: Again) -> Begun:
    """Send the code of a registration once more."""
    at = timezone.now()
    draft = _registration_draft(body.registration, at=at)
    context = steps.code_context(request, draft, session=_session(body.registration))
    codes.send_again(context, at=at)
    return _begun(body.registration, context, at=at)


def _registration_draft(key: str, *, at: datetime) -> dict[str, Any]:
    draft = form_drafts.load(Purpose.REGISTER, _session(key), at=at) if key else {}
    if not draft:
        raise Problem("not_found")
    return draft


@router.post("/registrations/complete", response={201: Tokens}, openapi_extra={"x-problems": [404, 409]})
def complete_registration(request: HttpRequest, body: Completion) -> Status[Tokens]:
    """Complete a registration by the code, and sign in; after a mismatch correct the details, or insist."""
    at, session = timezone.now(), _session(body.registration)
    draft = _registration_draft(body.registration, at=at)
    context = steps.code_context(request, draft, session=session)
    if draft.get("proven") != context.target:
        form = CodeForm({"code": body.code})
        if not codes.is_proven(form, context, at=at):
            require_valid(form)
        draft["proven"] = context.target
    if body.insists and draft.get("mismatch"):
        draft["insists"] = True
    try:
        known, address = steps.known_finding(draft), client_address(request)
        user = register.complete(steps.entered_data(draft), address=address, known=known, at=at)
    except Mismatch as wrong:
        found = [wrong.finding.source, *wrong.finding.fields]
        form_drafts.keep(Purpose.REGISTER, session, draft | {"mismatch": found}, at=at)
        raise Problem("registry_mismatch", differing=list(wrong.finding.fields)) from None
    form_drafts.forget(Purpose.REGISTER, session)
    keys = app_sessions.begin(request, user, device=tidy_device(body.device), at=at)
    return Status(201, tokens(keys))
