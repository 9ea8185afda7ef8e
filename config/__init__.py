"""The project around the apps: settings, addresses, Celery, template components and the one-machine stack."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
