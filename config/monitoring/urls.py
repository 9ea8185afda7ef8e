"""Addresses of the status pages and of the metrics."""

from django.urls import path

from config.monitoring import views

urlpatterns = [
    path("status/", views.public_status, name="status"),
    path("staff/system/", views.system_status, name="system-status"),
]

machine_urlpatterns = [path("metrics", views.metrics, name="metrics")]
