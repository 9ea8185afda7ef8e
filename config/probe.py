"""Ask this machine's web process whether it is ready: `python -m config.probe`, for whatever watches a container."""

import contextlib
import os
import ssl
import sys
from http.client import HTTPConnection, HTTPException, HTTPSConnection

SUCCESS = 200


def is_ready(port: int, *, host: str, certificate: str = "") -> bool:
    """Tell whether `/health/ready` says yes; `host` must be one of ALLOWED_HOSTS, since no other is answered.

    With the file of a `certificate` over TLS, to whoever has exactly this one.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    if certificate:
        known = ssl.create_default_context(cafile=certificate)
        known.check_hostname, known.verify_flags = False, known.verify_flags | ssl.VERIFY_X509_PARTIAL_CHAIN
        connection = HTTPSConnection("127.0.0.1", port, timeout=5, context=known)
    with contextlib.suppress(OSError, HTTPException), contextlib.closing(connection):
        connection.request("GET", "/health/ready", headers={"Host": host})
        return connection.getresponse().status == SUCCESS
    return False


if __name__ == "__main__":
    first_host = os.environ["ALLOWED_HOSTS"].split(",")[0].lstrip(".").replace("*", "localhost")
    own = os.environ.get("WEB_CERTIFICATE_FILE", "")
    sys.exit(not is_ready(int(os.environ.get("PORT", "8000")), host=first_host, certificate=own))
