"""The addresses of the audit of answers."""

from django.urls import path

from reports.audits import pages

urlpatterns = [
    path("staff/audits/", pages.audits, name="audits"),
    path("staff/audits/challenged/", pages.challenged_answers, name="challenged-answers"),
    path("staff/audits/test-set.csv", pages.export_verdicts, name="audit-test-set"),
    path("staff/audits/differences/", pages.disputes, name="audit-disputes"),
    path("staff/audits/differences/<int:item>/", pages.settle, name="audit-settle"),
    path("staff/audits/answers/<int:item>/", pages.audit_item, name="audit-item"),
    path("staff/audits/<int:round_key>/", pages.audit_round, name="audit-round"),
    path("staff/audits/<int:round_key>/next/", pages.audit_next, name="audit-next"),
]
