"""The master of the web process reads the pages; what few requests need is read with the first of these."""

import os
import subprocess
import sys
from types import SimpleNamespace
from unittest.mock import Mock

from gunicorn.http.errors import InvalidHeader

from config import web

RARE = ("ninja", "pydantic", "PIL", "pikepdf", "av", "typst", "xlsxwriter", "requests", "urllib3", "babel", "segno")
PROGRAM = f"""
import sys, config.wsgi
from django.conf import settings
from django.test import Client
from django.urls import reverse
print([name for name in {RARE} if name in sys.modules], reverse("api-document"))
answer = Client(headers={{"host": settings.ALLOWED_HOSTS[0]}}).get("/api/v1/nothing")
print("ninja" in sys.modules, answer.status_code, answer["Content-Type"])
"""


def test_what_few_requests_need_is_read_when_it_is_asked_for() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.offline"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines() == ["[] /api/v1/openapi.json", "True 404 application/problem+json"]


def test_the_probe_that_is_started_every_few_seconds_loads_neither_the_applications_nor_celery() -> None:
    program = "import sys, config.probe; print([name for name in ('celery', 'django') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_type_of_content_in_no_alphabet_reaches_no_page() -> None:
    """Django's request raises an error where nothing answers it yet: an error of the server, for any address."""
    types = {
        "text/html; charset*=nope''x": False,
        "multipart/form-data; boundary*=nope''B": False,
        "multipart/form-data; boundary=B": True,
        "application/json; charset*=utf-8''utf-8": True,
        "": True,
    }
    read = {}
    for kind in types:
        headers = [("HOST", "localhost"), ("CONTENT-TYPE", kind)]
        try:
            web.pre_request(None, SimpleNamespace(version=(1, 1), headers=headers, unreader=Mock()))
            read[kind] = True
        except InvalidHeader:
            read[kind] = False
    assert read == types
