"""The addresses of the contact centre."""

from django.urls import path

from complaints.contact_centre import callers, calls, new_call, new_call_filing

urlpatterns = [
    path("staff/calls/", calls.calls_page, name="calls"),
    path("staff/calls/<int:call>/", calls.call_page, name="call"),
    path("staff/calls/find/", callers.find_caller, name="calls-find"),
    path("staff/calls/day/", calls.day, name="calls-day"),
    path("staff/calls/new/", new_call.new_call, name="calls-new"),
    path("staff/calls/topics/<slug:kind>/", new_call_filing.topics, name="calls-topics"),
    path("staff/calls/<uuid:contact>/", new_call.person, name="call-person"),
    path("staff/calls/<uuid:contact>/register/", new_call.register, name="call-register"),
    path("staff/calls/<uuid:contact>/file/", new_call_filing.file_page, name="call-file"),
    path("staff/calls/<uuid:contact>/draft/", new_call_filing.take_up, name="call-take-up"),
    path("staff/calls/<uuid:contact>/join/", new_call_filing.join, name="call-join"),
    path("staff/calls/<uuid:contact>/read-back/", new_call_filing.read_back, name="call-read-back"),
    path("staff/calls/<uuid:contact>/saved/", new_call_filing.saved, name="call-saved"),
    path("staff/calls/<uuid:contact>/end/", new_call_filing.end, name="call-end"),
    path("staff/calls/<uuid:contact>/cases/<slug:ref>/", new_call_filing.open_case, name="call-case"),
    path("staff/cases/<slug:ref>/reply/", callers.caller_case, name="caller-case"),
    path("staff/cases/<slug:ref>/reply/<slug:act>/for-caller/", callers.caller_act, name="caller-act"),
    path("staff/cases/<slug:ref>/reply/topic/", callers.caller_topic, name="caller-topic"),
]
