"""Settings for commands that reach no server and no person: static files, the catalogue, types."""

import os
from base64 import b64encode

# Worthless on purpose: nothing is ever encrypted, signed or stored under these.
_EMPTY_KEY = b64encode(bytes(32)).decode()

for _name, _value in {
    "EMBEDDED": "true",
    "SECRET_KEY": "offline",
    "DATABASE_URL": "postgres://offline.invalid/offline",
    "REDIS_URL": "redis://offline.invalid",
    "ALLOWED_HOSTS": "offline.invalid",
    "PUBLIC_URL": "http://offline.invalid",
    "IDENTITY_KEYS": f"offline:{_EMPTY_KEY}",
    "LOOKUP_KEY": _EMPTY_KEY,
}.items():
    os.environ.setdefault(_name, _value)

from config.settings import *  # noqa: E402, F403 - the settings read the environment the moment they are imported
