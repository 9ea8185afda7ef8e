"""The web process, and the only one with a pool of database connections: nothing else answers people."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DATABASE_FOR_PAGES", "true")

application = get_wsgi_application()


def read_once() -> None:
    """Load the pages and the words of every language now, and not with the first request of each worker."""
    from django.conf import settings  # noqa: PLC0415 - after the application is set up
    from django.urls import reverse  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("home")
            translation.gettext("Yes")


read_once()
