"""The web side of a run: the project's own pages, of which the provider calls one, on the port of PUBLIC_URL."""

import os
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve_callbacks() -> None:
    """Serve until killed."""
    from django.core.wsgi import get_wsgi_application

    port = int(os.environ["PORT"])
    make_server("127.0.0.1", port, get_wsgi_application(), server_class=_Server, handler_class=_Handler).serve_forever()
