"""A gateway in a process of its own that takes every SMS, keeps connections, and answers after a given time."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings

from tests.faults.children import fork

RULES = [{"status": 200, "matches": r"^OK (?P<id>\S+)", "means": "accepted"}]
BODY = {"from": "{sender}", "to": "{to_digits}", "text": "{body}", "reference": "{id}"}
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nOK 17"
START_SECONDS = 20
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@contextmanager
def serving(base: Path, *, seconds: float) -> Iterator[None]:
    """Serve the gateway, and describe it in the settings."""
    address = base / "gateway"
    child = fork(lambda: asyncio.run(_serve(address, seconds)), base / "gateway.log")
    try:
        deadline = time.monotonic() + START_SECONDS
        while not address.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        settings.SMS_HTTP_URL = address.read_text()
        settings.SMS_HTTP_BODY, settings.SMS_HTTP_ANSWERS = json.dumps(BODY), json.dumps(RULES)
        yield
    finally:
        child.kill()


async def _serve(address: Path, seconds: float) -> None:
    server = await asyncio.start_server(partial(_answer, seconds), "127.0.0.1", 0, backlog=128)
    written = address.with_suffix(".new")
    written.write_text(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send")
    written.rename(address)
    await server.serve_forever()


async def _answer(seconds: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            found = LENGTH.search(head)
            await reader.readexactly(int(found[1]) if found else 0)
            await asyncio.sleep(seconds)
            writer.write(ANSWER)
    writer.close()
