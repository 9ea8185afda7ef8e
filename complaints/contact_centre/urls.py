"""The addresses of the contact centre."""

from django.urls import path

from complaints.contact_centre.callers import act_views, topic_views as caller_topic, views as callers
from complaints.contact_centre.calls import views as calls
from complaints.contact_centre.day import views as day
from complaints.contact_centre.new_call import filing_views as filing, sending_views as sending, views as new_call

urlpatterns = [
    path("staff/calls/", calls.calls_page, name="calls"),
    path("staff/calls/<int:call>/", calls.call_page, name="call"),
    path("staff/calls/find/", callers.find_caller, name="calls-find"),
    path("staff/calls/day/", day.day, name="calls-day"),
    path("staff/calls/new/", new_call.new_call, name="calls-new"),
    path("staff/calls/topics/<slug:kind>/", filing.topics, name="calls-topics"),
    path("staff/calls/<uuid:contact>/", new_call.person, name="call-person"),
    path("staff/calls/<uuid:contact>/register/", new_call.register, name="call-register"),
    path("staff/calls/<uuid:contact>/file/", filing.file_page, name="call-file"),
    path("staff/calls/<uuid:contact>/draft/", filing.take_up, name="call-take-up"),
    path("staff/calls/<uuid:contact>/join/", filing.join, name="call-join"),
    path("staff/calls/<uuid:contact>/read-back/", sending.read_back, name="call-read-back"),
    path("staff/calls/<uuid:contact>/saved/", sending.saved, name="call-saved"),
    path("staff/calls/<uuid:contact>/end/", sending.end, name="call-end"),
    path("staff/calls/<uuid:contact>/cases/<slug:ref>/", sending.open_case, name="call-case"),
    path("staff/cases/<slug:ref>/reply/", callers.caller_case, name="caller-case"),
    path("staff/cases/<slug:ref>/reply/<slug:act>/for-caller/", act_views.caller_act, name="caller-act"),
    path("staff/cases/<slug:ref>/reply/topic/", caller_topic.caller_topic, name="caller-topic"),
]
