"""The person's own account: what the page shows of it, masked, and the usage policy."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from accounts import policy
from accounts.api.access import before_policy, session_in, signed_in
from accounts.api.bodies import Body
from accounts.decorators import signed_in_citizen
from accounts.sign_in import app_sessions
from kit.problems import Problem

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
