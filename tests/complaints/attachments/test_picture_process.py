"""Pictures are decoded in a process with limits; what costs too much, or comes when all are busy, is refused."""

import subprocess
import sys
import time
from datetime import datetime

import pytest

from complaints.attachments import picture_process, reencoding, uploads
from complaints.attachments.recognition import FileRefused, RefusalCause
from complaints.attachments.reencoding import scans
from complaints.attachments.rewritten import DecodingResult, Refused
from kit.slots import NoSlot, Slots
from tests.complaints.sample_files import picture, upload, with_scans


def verdict(content: bytes, form: str = "JPEG") -> DecodingResult:
    with pytest.raises(Refused) as refused:
        picture_process.reencode_apart(content, form, until=picture_process.patience())
    return refused.value.verdict


def run(program: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of Python under the limits of the process."""
    code = f"from complaints.attachments import reencoding; reencoding.limit_this_process(); {program}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)


@pytest.fixture
def one_slot(monkeypatch: pytest.MonkeyPatch) -> Slots:
    """The only slot, with nobody allowed to wait."""
    slots = Slots(at_once=1, waiting=0)
    monkeypatch.setattr(picture_process, "_slots", slots)
    return slots


def test_a_picture_of_many_pixels_and_many_scans_is_refused_before_it_is_decoded() -> None:
    worst = with_scans(picture(size=(8000, 8000), progressive=True), 50)
    assert len(worst) < 2_000_000
    assert (scans(worst), verdict(worst)) == (50, DecodingResult.COSTLY)


def test_the_process_cannot_use_more_memory_than_its_limit() -> None:
    allocate = "bytearray(%d * 1024 * 1024)"
    assert run(allocate % 256).returncode == 0
    assert b"MemoryError" in run(allocate % 640).stderr


def test_the_process_is_ended_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_process, "SECONDS", 0.3)
    with pytest.raises(NoSlot):
        picture_process._run([sys.executable, "-I", "-c", "import time; time.sleep(60)"], b"")


def test_a_form_whose_time_is_over_gets_no_further_picture_decoded_though_nobody_waits() -> None:
    with pytest.raises(NoSlot):
        picture_process.reencode_apart(picture(), "JPEG", until=time.monotonic() - 1)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", DecodingResult.COSTLY),
        ("import os; os.abort()", DecodingResult.COSTLY),
        ("raise RuntimeError", DecodingResult.DAMAGED),
        ("import sys; sys.exit(4)", DecodingResult.PIXELS),
    ],
)
def test_however_the_process_ends_the_picture_is_refused(program: str, expected: DecodingResult) -> None:
    with pytest.raises(Refused) as refused:
        picture_process._run([sys.executable, "-I", "-c", program], b"")
    assert refused.value.verdict == expected


def test_the_process_knows_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_KEYS", "secret")
    shown = picture_process._run([sys.executable, "-I", "-c", "import os; print(sorted(os.environ))"], b"")
    assert b"IDENTITY_KEYS" not in shown


def test_nothing_is_decoded_in_the_web_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reencoding, "reencode", None)
    again = picture_process.reencode_apart(picture(), "JPEG", until=picture_process.patience())
    assert again.content.startswith(b"\xff\xd8\xff")


def test_a_busy_process_is_waited_for_no_longer_than_the_form_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = Slots(at_once=1, waiting=1)
    monkeypatch.setattr(picture_process, "_slots", slots)
    with slots.taken(seconds=0), pytest.raises(NoSlot):
        picture_process.reencode_apart(picture(), "JPEG", until=time.monotonic() + 0.1)


def test_no_more_wait_than_may(one_slot: Slots) -> None:
    with one_slot.taken(seconds=0), pytest.raises(NoSlot):
        picture_process.reencode_apart(picture(), "JPEG", until=picture_process.patience())
    assert picture_process.reencode_apart(picture(), "JPEG", until=picture_process.patience())


def test_a_picture_that_comes_when_all_are_busy_is_named_as_such(one_slot: Slots, now: datetime) -> None:
    with one_slot.taken(seconds=0), pytest.raises(FileRefused) as refused:
        uploads.receive(upload("a.jpg"), at=now)
    assert refused.value.reason == RefusalCause.BUSY
