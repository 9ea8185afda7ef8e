"""The addresses of the contact centre."""

from django.urls import path

from complaints.contact_centre.callers import topic_views as caller_topic, views as callers
from complaints.contact_centre.calls import views as calls

urlpatterns = [
    path("staff/calls/", calls.calls_page, name="calls"),
    path("staff/calls/<int:call>/", calls.call_page, name="call"),
    path("staff/calls/find/", callers.find_caller, name="calls-find"),
    path("staff/cases/<slug:ref>/reply/", callers.caller_case, name="caller-case"),
    path("staff/cases/<slug:ref>/reply/topic/", caller_topic.caller_topic, name="caller-topic"),
]
