"""The application configuration of complaints."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """Register the app and its system checks."""

    name = "complaints"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the checks that refuse wrong limits."""
        from complaints.clocks import checks  # noqa: F401, PLC0415 - registering needs the settings to be loaded
