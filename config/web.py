"""How gunicorn serves the pages: `gunicorn --config python:config.web config.wsgi`."""

import gc
import os
from typing import Any

import gunicorn
from django.utils.http import parse_header_parameters
from gunicorn.http.errors import InvalidHeader

from config.logs import logging_config

# TLS between the proxy and this process, where the network between them is not trusted.
certfile = os.environ.get("WEB_CERTIFICATE_FILE") or None
keyfile = os.environ.get("WEB_CERTIFICATE_KEY_FILE") or certfile
# Its name and version are nobody's business.
gunicorn.SERVER = "web"
bind = f"{os.environ.get('WEB_HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Many more than connections to the database: without a proxy that reads requests first, a slow client keeps a thread.
threads = int(os.environ.get("WEB_THREADS", "64"))
worker_class = "gthread"
# A slow phone may take a minute for ten photographs; a page of ours never takes so long.
timeout = 90
# Read once by the master: the workers share the memory of the code, and a worker that is replaced serves at once.
preload_app = True
# Seconds between two pieces of a request or an answer.
_PIECE_SECONDS = 20
graceful_timeout = 15
# A proxy gives up an idle connection sooner.
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
# The heartbeat must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - a memory file system, not a shared folder of ours
# Nobody steers a running server; it is replaced.
control_socket_disable = True
# Addresses hold short links and tracking numbers, so there is no log of them; errors are logged by the application.
accesslog = None
_level = os.environ.get("LOG_LEVEL", "INFO")
logconfig_dict = logging_config(_level)
# Below INFO it writes the address of every request.
_quiet = "INFO" if _level == "DEBUG" else _level
logconfig_dict["loggers"]["gunicorn.error"] = {"handlers": ["stderr"], "level": _quiet, "propagate": False}


def when_ready(_server: object) -> None:
    """Keep what the master has read out of the collector's hands: a look at it would copy it into each worker."""
    gc.collect()
    gc.freeze()


def pre_request(_worker: object, req: Any) -> None:
    """Let a client that has gone silent in the middle of its request not keep a thread; refuse what cannot be read."""
    req.unreader.sock.settimeout(_PIECE_SECONDS)
    # RFC 9112, 3.2. Without it WSGI names the address of the server, which a demonstration allows.
    if req.version >= (1, 1) and not any(name == "HOST" and value for name, value in req.headers):
        missing = "HOST"
        raise InvalidHeader(missing)
    _require_readable_type(req)


def _require_readable_type(req: Any) -> None:
    """Refuse a type of content in an alphabet that nobody knows: Django raises an error where no page answers yet."""
    for name, value in req.headers:
        if name == "CONTENT-TYPE":
            try:
                parse_header_parameters(value)
            except ValueError:
                raise InvalidHeader(name) from None


# REMOTE_ADDR is what config.middleware.TrustedProxies makes of it, never what a header says.
forwarded_allow_ips = ""
