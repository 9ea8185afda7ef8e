"""Settings for commands that reach no server and no person: static files, the catalogue, types."""

import os
from base64 import b64encode

# Worthless on purpose: nothing is ever encrypted, signed or stored under these.
_KEY, _OTHER_KEY, _THIRD_KEY = (b64encode(bytes([number] * 32)).decode() for number in (0, 1, 2))

_HAS_DATABASE = "DATABASE_URL" in os.environ

for _name, _value in {
    "EMBEDDED": "true",
    "SECRET_KEY": "offline",
    "DATABASE_URL": "postgres://offline.invalid/offline",
    "REDIS_URL": "redis://offline.invalid",
    "ALLOWED_HOSTS": "offline.invalid",
    "PUBLIC_URL": "http://offline.invalid",
    "IDENTITY_KEYS": f"offline:{_KEY}",
    "LOOKUP_KEY": _OTHER_KEY,
    "HISTORY_KEYS": f"offline:{_THIRD_KEY}",
}.items():
    os.environ.setdefault(_name, _value)

from config.settings import *  # noqa: E402, F403 - the settings read the environment the moment they are imported

if not _HAS_DATABASE:
    DATABASES["default"]["ENGINE"] = "config.offline_database"  # noqa: F405 - comes with the settings
