"""The telephones that show notifications: Web Push, which apps take through UnifiedPush and the like (RFC 8030)."""

import uuid
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from accounts.account.notices import SubscriptionForm
from accounts.api.access import session_in, signed_in
from accounts.api.bodies import Body, form_data
from accounts.api.idempotency import TAKES_KEY, once
from accounts.api.sessions import DeviceName, tidy_device
from accounts.contact import push
from accounts.contact.recipients import citizen_key
from accounts.decorators import signed_in_citizen
from accounts.sign_in import app_sessions
from accounts.sign_in.devices import device_name
from kit.problems import Problem, require_valid
from notifications.addresses import subscriptions
from notifications.carriers import push_services
from notifications.models import PushSubscription

router = Router(tags=["devices"], auth=signed_in)


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


@router.get("/devices", response=Devices)
def list_devices(request: HttpRequest) -> Devices:
    """List the devices that show notifications, browsers too."""
    rows = [_row(found) for found in push.notified_browsers(signed_in_citizen(request))]
    return Devices(items=rows, application_key=push_services.application_key())


@router.post("/devices", response={201: DeviceRow}, openapi_extra={**TAKES_KEY, "x-problems": [404]})
@once
def add_device(request: HttpRequest, body: NewDevice) -> Status[DeviceRow]:
    """Let this device show notifications until the session ends; SMS go on as before. Repeating is harmless."""
    if not push_services.application_key():
        raise Problem("not_found")
    form = SubscriptionForm(form_data(body))
    require_valid(form)
    key, name = citizen_key(signed_in_citizen(request).pk), tidy_device(body.device) or device_name(request)
    row = subscriptions.subscribe(key, form.address, device=name[:60], at=timezone.now())
    app_sessions.remember_push(session_in(request), row.pk)
    return Status(201, _row(row))


@router.delete("/devices/{uuid:device}", response={204: None})
def remove_device(request: HttpRequest, device: uuid.UUID) -> Status[None]:
    """End the notifications on a device; one that is not the person's stays as it is."""
    push.remove(signed_in_citizen(request), device, at=timezone.now())
    return Status(204, None)
