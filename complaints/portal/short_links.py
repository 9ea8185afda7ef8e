"""The short links of messages: without a language, because every letter of an SMS counts."""

from django.urls import path

from complaints.portal import cases

urlpatterns = [path("r/<slug:token>/", cases.short_link, name="short-link")]
