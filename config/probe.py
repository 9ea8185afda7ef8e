"""Ask this machine's web process whether it is ready: `python -m config.probe`, for whatever watches a container."""

import contextlib
import os
import sys
from http.client import HTTPConnection

SUCCESS = 200


def is_ready(port: int, *, host: str) -> bool:
    """Tell whether `/health/ready` says yes; `host` must be one of ALLOWED_HOSTS, since no other is answered."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.suppress(OSError), contextlib.closing(connection):
        connection.request("GET", "/health/ready", headers={"Host": host})
        return connection.getresponse().status == SUCCESS
    return False


if __name__ == "__main__":
    first_host = os.environ["ALLOWED_HOSTS"].split(",")[0].lstrip(".").replace("*", "localhost")
    sys.exit(not is_ready(int(os.environ.get("PORT", "8000")), host=first_host))
