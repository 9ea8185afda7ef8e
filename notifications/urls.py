"""The addresses of the notifications app: two that a carrier calls."""

from django.urls import URLPattern, path

from notifications import web

urlpatterns: list[URLPattern] = []

machine_urlpatterns = [
    path("callbacks/twilio/inbound", web.twilio_inbound, name="twilio-inbound"),
    path("callbacks/twilio/<int:attempt>", web.twilio_status, name="twilio-status"),
]
