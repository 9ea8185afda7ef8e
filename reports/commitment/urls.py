"""The addresses of the commitment index."""

from django.urls import path

from reports.commitment import views

urlpatterns = [
    path("staff/commitment/", views.commitment, name="commitment"),
    path("staff/commitment/rules/", views.rules, name="commitment-rules"),
    path("staff/commitment/<int:key>/", views.edition, name="commitment-edition"),
    path("staff/commitment/<int:key>/recount/", views.recount, name="commitment-recount"),
    path("staff/commitment/<int:key>/publish/", views.publish, name="commitment-publish"),
    path("staff/commitment/<int:key>/<slug:code>/", views.agency, name="commitment-agency"),
]
