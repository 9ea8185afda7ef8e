"""Files are scanned by Debian's clamd before they are accepted; without an answer of it they are refused."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from complaints.attachments import uploads
from complaints.attachments.recognition import FileRefused, RefusalCause
from config.devstack import debian
from config.monitoring import facts, parts
from config.monitoring.parts import PartState
from kit import clamd
from tests.complaints.sample_files import PDF

#: The harmless file by which scanners are tested, put together so that no scanner finds it here.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """clamd with one signature, for Debian ships none: it starts in a moment."""
    program = debian.server("clamd")
    if program is None:
        pytest.skip("clamd is missing (as root: apt-get install clamav-daemon)")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "signatures").mkdir()
    (folder / "signatures" / "test.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
    url = f"unix://{folder}/clamd.ctl"
    lines = {
        "DatabaseDirectory": folder / "signatures",
        "LocalSocket": folder / "clamd.ctl",
        "Foreground": "yes",
        "MaxThreads": 2,
        "StreamMaxLength": "1M",
        "TemporaryDirectory": folder,
    }
    configuration = folder / "clamd.conf"
    configuration.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "--config-file", str(configuration)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not clamd.answers(url):
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        yield url
    finally:
        process.kill()
        process.wait()


def pdf(content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile("report.pdf", b"%PDF-1.7\n" + content + b"\n%%EOF\n", content_type="application/pdf")


def refusal(upload: SimpleUploadedFile, now: datetime) -> RefusalCause:
    with pytest.raises(FileRefused) as refused:
        uploads.receive(upload, at=now)
    return refused.value.reason


def test_a_file_with_a_virus_is_refused_and_another_accepted(scanner: str, settings: Any, now: datetime) -> None:
    settings.CLAMD_URL = scanner
    assert refusal(pdf(EICAR), now) == RefusalCause.VIRUS
    assert clamd.scan(scanner, [b"x" * 70_000, EICAR]) == "Eicar-Test.UNOFFICIAL"
    assert uploads.receive(SimpleUploadedFile("report.pdf", PDF), at=now).content_type == "application/pdf"
    # What clamd does not scan to its end is not accepted either.
    assert refusal(pdf(b"x" * 2_000_000), now) == RefusalCause.UNSCANNED
    status = parts._scanner(now)
    assert (status.state, facts.scanner.answer()) == (PartState.WORKING, True)


def test_while_the_scanner_is_down_files_are_refused_and_the_status_page_says_so(
    settings: Any, now: datetime, tmp_path: Path
) -> None:
    for url in (f"unix://{tmp_path}/none.ctl", "tcp://127.0.0.1:1"):
        settings.CLAMD_URL = url
        assert refusal(pdf(), now) == RefusalCause.UNSCANNED
        assert parts._scanner(now).state == PartState.DOWN
    settings.CLAMD_URL = ""
    assert parts._scanner(now).state == PartState.WORKING
