"""The project around the apps: settings, addresses, Celery, template components and the one-machine stack."""

import gc

# Loading the applications makes half a million objects that stay: to look for cycles among them again and again took a
# sixth of the time of every start. Every program imports this package first.
gc.set_threshold(50_000, 20, 100)

from config.celery import app as celery_app  # noqa: E402 - loads most of it

__all__ = ["celery_app"]
