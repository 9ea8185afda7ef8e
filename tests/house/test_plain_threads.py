"""What Django notes for a request is kept by thread, which is right as long as nothing of ours is asynchronous."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Thread, local

from django.utils import timezone, translation

from kit import plain_threads

ROOT = Path(__file__).parents[2]
ASYNCHRONOUS = re.compile(r"^\s*async |\basgiref\b|ASGI_APPLICATION|async_to_sync", re.MULTILINE)


def test_a_thread_knows_nothing_of_another_and_nothing_of_ours_is_asynchronous() -> None:
    with translation.override("en"), timezone.override("UTC"):
        plain_threads.keep_by_thread()
    assert all(isinstance(getattr(module, name), local) for module, name in plain_threads._NOTES)
    seen: list[object] = []
    with translation.override("en"), timezone.override("UTC"):
        other = Thread(target=lambda: seen.extend((translation.get_language(), timezone.get_current_timezone_name())))
        other.start()
        other.join()
        here = translation.get_language(), timezone.get_current_timezone_name()
    assert (seen, here) == (["ar", "Asia/Amman"], ("en", "UTC"))
    apps = ("accounts", "agencies", "complaints", "config", "kit", "notifications", "reports")
    files = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    found = [str(path) for path in files if ASYNCHRONOUS.search(path.read_text(encoding="utf-8"))]
    assert (len(files) > 500, found) == (True, [])
