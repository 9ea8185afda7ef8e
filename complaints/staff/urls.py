"""The addresses of the handbook, and of what staff left unsent."""

from django.urls import path

from complaints.staff import frame, handbook

urlpatterns = [
    path("staff/help/", handbook.contents, name="handbook"),
    path("staff/help/<slug:name>/", handbook.page, name="handbook-page"),
    path("staff/unsent/<uuid:pk>/", frame.unsent_form, name="staff-unsent-form"),
]
