"""Addresses of the status pages and of the metrics."""

from django.urls import path

from config.monitoring import registry_trial, views

urlpatterns = [
    path("status/", views.public_status, name="status"),
    path("staff/system/", views.system_status, name="system-status"),
    path("staff/system/limits/", views.limits_page, name="system-limits"),
    path("staff/system/registry/", registry_trial.registry_trial, name="registry-trial"),
]

machine_urlpatterns = [path("metrics", views.metrics, name="metrics")]
