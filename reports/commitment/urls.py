"""The addresses of the commitment index."""

from django.urls import path

from reports.commitment import pages

urlpatterns = [
    path("staff/commitment/", pages.commitment, name="commitment"),
    path("staff/commitment/rules/", pages.rules, name="commitment-rules"),
    path("staff/commitment/<int:key>/", pages.edition, name="commitment-edition"),
    path("staff/commitment/<int:key>/recount/", pages.recount, name="commitment-recount"),
    path("staff/commitment/<int:key>/publish/", pages.publish, name="commitment-publish"),
    path("staff/commitment/<int:key>/<slug:code>/", pages.agency, name="commitment-agency"),
]
