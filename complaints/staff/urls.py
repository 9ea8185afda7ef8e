"""The addresses of the handbook."""

from django.urls import path

from complaints.staff import handbook

urlpatterns = [
    path("staff/help/", handbook.contents, name="handbook"),
    path("staff/help/<slug:name>/", handbook.page, name="handbook-page"),
]
