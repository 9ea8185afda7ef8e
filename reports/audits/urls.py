"""The addresses of the audit of answers."""

from django.urls import path

from reports.audits import views

urlpatterns = [
    path("staff/audits/", views.audits, name="audits"),
    path("staff/audits/challenged/", views.challenged_answers, name="challenged-answers"),
    path("staff/audits/test-set.csv", views.export_verdicts, name="audit-test-set"),
    path("staff/audits/differences/", views.disputes, name="audit-disputes"),
    path("staff/audits/differences/<int:item>/", views.settle, name="audit-settle"),
    path("staff/audits/answers/<int:item>/", views.audit_item, name="audit-item"),
    path("staff/audits/<int:round_key>/", views.audit_round, name="audit-round"),
    path("staff/audits/<int:round_key>/next/", views.audit_next, name="audit-next"),
]
