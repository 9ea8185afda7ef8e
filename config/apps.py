"""The application configuration of config: system checks, template components and the project's own commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Register the checks of the settings."""

    name = "config"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the system checks that refuse wrong settings."""
        from config import checks, server_checks  # noqa: F401, PLC0415 - checks read the settings, which are loaded by now
