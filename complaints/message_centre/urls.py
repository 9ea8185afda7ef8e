"""The addresses of messages and their wordings."""

from django.urls import path

from complaints.message_centre import messages, wordings

urlpatterns = [
    path("staff/messages/", messages.messages_page, name="messages"),
    path("staff/messages/<uuid:message>/", messages.message_page, name="message"),
    path("staff/messages/release-sending/", messages.release_sending, name="messages-release"),
    path("staff/messages/end-alarm/", messages.end_alarm, name="messages-end-alarm"),
    path("staff/messages/words/", wordings.wordings_page, name="wordings"),
    path("staff/messages/words/<slug:template>/<slug:language>/", wordings.wording_page, name="wording"),
]
