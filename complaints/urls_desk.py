"""The addresses of the desk; ``complaints.urls`` includes them below the language."""

from django.urls import path

from complaints.views import calls, decisions, desk, identity, messages, triage, wordings

urlpatterns = [
    path("staff/", desk.door, name="desk"),
    path("staff/queue/", desk.queue, name="queue"),
    path("staff/triage/", triage.triage, name="triage"),
    path("staff/calls/", calls.calls_page, name="calls"),
    path("staff/calls/<int:call>/", calls.call_page, name="call"),
    path("staff/messages/", messages.messages_page, name="messages"),
    path("staff/messages/<uuid:message>/", messages.message_page, name="message"),
    path("staff/messages/release-sending/", messages.release_sending, name="messages-release"),
    path("staff/messages/end-alarm/", messages.end_alarm, name="messages-end-alarm"),
    path("staff/messages/words/", wordings.words, name="message-words"),
    path("staff/messages/words/<slug:template>/<slug:language>/", wordings.word, name="message-word"),
    path("staff/cases/<slug:ref>/", desk.case_page, name="desk-case"),
    path("staff/cases/<slug:ref>/files/<uuid:pk>/", desk.file, name="desk-file"),
    path("staff/cases/<slug:ref>/accept/", decisions.accept, name="desk-accept"),
    path("staff/cases/<slug:ref>/decline/", decisions.decline, name="desk-decline"),
    path("staff/cases/<slug:ref>/return/", decisions.return_case, name="desk-return"),
    path("staff/cases/<slug:ref>/ask/", decisions.ask, name="desk-ask"),
    path("staff/cases/<slug:ref>/extend/", decisions.extend, name="desk-extend"),
    path("staff/cases/<slug:ref>/grant/", decisions.grant, name="desk-grant"),
    path("staff/cases/<slug:ref>/close/", decisions.close, name="desk-close"),
    path("staff/cases/<slug:ref>/sign/", decisions.sign, name="desk-sign"),
    path("staff/cases/<slug:ref>/correct/", decisions.correct, name="desk-correct"),
    path("staff/cases/<slug:ref>/refer/", triage.refer, name="desk-refer"),
    path("staff/cases/<slug:ref>/archive/", triage.archive, name="desk-archive"),
    path("staff/cases/<slug:ref>/identity/", identity.reveal, name="desk-identity"),
]
