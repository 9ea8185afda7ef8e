"""The addresses of the notifications app: none that a person opens in production, two that a carrier calls."""

from django.urls import URLPattern, path

from notifications.web import callbacks, dev_outbox

urlpatterns: list[URLPattern] = []

machine_urlpatterns = [
    path("dev/outbox/", dev_outbox.dev_outbox, name="dev-outbox"),
    path("callbacks/twilio/inbound", callbacks.twilio_inbound, name="twilio-inbound"),
    path("callbacks/twilio/<int:attempt>", callbacks.twilio_status, name="twilio-status"),
]
