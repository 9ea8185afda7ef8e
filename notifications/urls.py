"""The addresses of the notifications app: two that a carrier calls."""

from django.urls import URLPattern, path

from notifications.web import callbacks

urlpatterns: list[URLPattern] = []

machine_urlpatterns = [
    path("callbacks/twilio/inbound", callbacks.twilio_inbound, name="twilio-inbound"),
    path("callbacks/twilio/<int:attempt>", callbacks.twilio_status, name="twilio-status"),
]
