"""The application configuration of complaints."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """Register the app."""

    name = "complaints"
    default_auto_field = "django.db.models.BigAutoField"
