"""The application configuration of config: system checks, template components and the project's own commands."""

from django.apps import AppConfig

# Before any task is declared, so that it belongs to this application and not to Celery's own.
from config.celery import app  # noqa: F401


class ConfigConfig(AppConfig):
    """Register the checks of the settings, and begin what they switch on."""

    name = "config"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the system checks that refuse wrong settings; begin to report errors and to trace, if they say so."""
        # They read the settings, which are loaded by now.
        from config import checks, deployment_checks, server_checks  # noqa: F401, PLC0415
        from config.monitoring import error_reports, tracing  # noqa: PLC0415
        from kit.plain_threads import keep_by_thread  # noqa: PLC0415

        keep_by_thread()
        error_reports.start()
        tracing.start()
