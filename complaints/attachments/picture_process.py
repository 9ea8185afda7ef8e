"""Pictures, PDF files and voice notes are read outside the web server: a process each, limited in memory and time."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from complaints.attachments.rewritten import DecodingResult, Refused, Rewritten
from kit.slots import NoSlot, Slots

#: Isolated from everything but the modules of the site, which it finds itself.
_ROOT: Final = str(Path(__file__).resolve().parents[2])
_RUN: Final = (
    f"import sys; sys.path.append({_ROOT!r}); from complaints.attachments.reencoding import main; sys.exit(main())"
)
#: Pictures decoded at once by one web process, and threads that may wait for their turn.
AT_ONCE: Final = 1
WAITING: Final = 4
#: After this time the process is killed; on a busy machine CPU time passes more slowly than the clock.
SECONDS: Final = 30
#: How long the pictures of one form may take altogether. The proxy waits longer (config/nginx/nginx.conf).
SECONDS_FOR_A_FORM: Final = 40.0

logger = logging.getLogger(__name__)
_slots = Slots(at_once=AT_ONCE, waiting=WAITING)


def patience() -> float:
    """Return the moment on the monotonic clock until which the pictures of one form may wait for their turn."""
    return time.monotonic() + SECONDS_FOR_A_FORM


def reencode_apart(content: bytes, form: str, *, until: float) -> Rewritten:
    """Return the file of the form ``form`` written anew by a process of its own.

    Raises ``Refused``, and ``kit.slots.NoSlot`` if it was not its turn before ``until``, which ``patience`` returns, or
    if the machine was too busy to finish it.
    """
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise NoSlot
    with _slots.taken(seconds=seconds):
        return Rewritten.from_bytes(_run([sys.executable, "-I", "-c", _RUN, form], content))


def _run(command: list[str], content: bytes) -> bytes:
    # Without the environment, which holds keys. S603: the arguments are constants of this package.
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False, env={})  # noqa: S603
    except subprocess.TimeoutExpired:
        # What costs too much has met the limit of CPU time before.
        raise NoSlot from None
    if done.returncode == DecodingResult.DONE:
        return done.stdout
    raise Refused(_verdict(done.returncode))


def _verdict(code: int) -> DecodingResult:
    """Return why the process ended: it judged so, or a limit or a crash of the decoder killed it (a negative code)."""
    if code < 0:
        return DecodingResult.COSTLY
    if code in set(DecodingResult):
        return DecodingResult(code)
    logger.error("The program that decodes pictures failed.", extra={"exit_code": code})
    return DecodingResult.DAMAGED
