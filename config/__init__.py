"""The project around the apps: settings, addresses, Celery, template components and the one-machine stack.

Celery is loaded with the apps (`config/apps.py`) and not here: the probe of a container and `run.py` do without.
"""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Loading the applications makes half a million objects that stay: to look for cycles among them again and again took a
# sixth of the time of every start. Every program imports this package first.
gc.set_threshold(50_000, 20, 100)
