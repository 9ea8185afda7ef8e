"""The web process, and the only one with a pool of database connections: nothing else answers people."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATABASE_FOR_PAGES", "true")

application = get_wsgi_application()
