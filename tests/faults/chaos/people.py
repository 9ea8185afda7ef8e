"""People at the pages, over HTTP: a citizen files with a photo, an officer accepts, a file is added, it is closed.

A person whose page does not come tries again, as people do, and gives up only when nothing helps.
"""

import json
import mmap
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
import urllib3

THREADS = 4
PATIENCE_SECONDS, PAUSE_SECONDS = 60, 0.25
# Longer than a busy machine needs: who gives up earlier sends a second time what is still being taken.
REQUEST_SECONDS = 30
BROKEN_OFF = 0
ACTIONS = ["file", "accept", "add", "close"]
#: Enough pixels that the stored picture is larger than what a full disk has left.
PHOTO_SIDE = 240
#: Of the PDF file, before it is written anew, which halves it.
PDF_BYTES = 54_000
CSRF = "c" * 32
FOUND = "عاينت فرقة الصيانة الخط المغذي للحي ووجدت كسرًا في الوصلة الفرعية قرب المدرسة رقم {}."
DONE = "استبدلت الفرقة الوصلة رقم {} وأعيد الضخ مساء اليوم نفسه بضغط طبيعي إلى كل البيوت."


def large_pdf() -> bytes:
    """Return a PDF file that is larger than what a full disk has left, also once it is written anew."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    page.contents_add(b"% " + secrets.token_hex(PDF_BYTES // 2).encode())
    written = BytesIO()
    pdf.save(written, compress_streams=False)
    return written.getvalue()


type Fields = Mapping[str, str | tuple[str, bytes, str]]


@dataclass(frozen=True)
class Errand:
    """One case to bring from its draft to its answer, and the sessions of the two who do."""

    number: int
    draft: str
    citizen: str
    officer: str


def prepare(number: int, file: Path) -> None:
    """Make an agency, its officer, so many citizens with a draft each, and their sessions; write the errands down."""
    from datetime import time as clock_time

    from django.utils import timezone

    from agencies.models import Period, WorkingHours
    from complaints.models import Draft
    from tests.bench.pages import sign_in
    from tests.cast import Role, make_agency, make_citizen, make_staff
    from tests.complaints.cases import make_topic

    WorkingHours.objects.create(period=Period.NORMAL, opens=clock_time(8, 30), closes=clock_time(15, 30))
    water = make_agency("miyahuna", "شركة مياه الأردن", "Jordan Water Company")
    outage = make_topic("outage", "انقطاع المياه", "Water outage", parent=make_topic("supply", "المياه", "Water"))
    omar = make_staff("omar@miyahuna.example", "عمر الصمادي", "Omar Smadi", "+962790100001", water, Role.OFFICER)
    officer = sign_in(omar).cookies["session"].value
    errands = []
    for place in range(number):
        citizen = make_citizen("أمينة", "الخطيب", f"98{place:08}", f"+96278{place:07}")
        draft = Draft.objects.create(
            citizen=citizen, kind="complaint", agency=water, topic=outage, updated_at=timezone.now()
        )
        errands.append(Errand(place, str(draft.pk), sign_in(citizen.user).cookies["session"].value, officer))
    file.write_text(json.dumps([asdict(errand) for errand in errands]))


def read(file: Path) -> list[Errand]:
    """Return the errands that were prepared."""
    return [Errand(**each) for each in json.loads(file.read_text())]


def do_errands(errands: Sequence[Errand], port: int, *, seconds: float, written: Path, answered: "Counted") -> None:
    """Do errands, several at a time, and begin none after so many seconds; write what was done and answered."""
    waiting, done, failed = list(errands), list[str](), list[str]()
    answers = Answers(answered)
    until = time.monotonic() + seconds

    def work() -> None:
        while waiting and (time.monotonic() < until or len(done) < THREADS):
            with suppress(IndexError):
                errand = waiting.pop(0)
                try:
                    Person(errand, port, answers).do_all()
                except Exception as error:  # noqa: BLE001 - whatever it is, the errand is not done
                    failed.append(f"{errand.number}: {error!r}")
                done.append(errand.draft)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written.write_text(json.dumps({"done": done, "answers": answers.counts, "failed": failed}))


class Counted:
    """How often the pages answered, where the conductor can see it from another process."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8)

    def add(self) -> None:
        """Count one more."""
        self._shared[:] = (int.from_bytes(self._shared[:]) + 1).to_bytes(8)

    def number(self) -> int:
        """Return the count."""
        return int.from_bytes(self._shared[:])


class Answers:
    """The statuses of all answers, with 0 where the connection broke, and the seconds each took."""

    def __init__(self, answered: Counted) -> None:
        self.counts, self.seconds = Counter[int](), list[float]()
        self._answered, self._lock = answered, threading.Lock()

    def add(self, status: int, seconds: float) -> None:
        """Count an answer of any thread."""
        with self._lock:
            self.counts[status] += 1
            self.seconds.append(seconds)
            if status != BROKEN_OFF:
                self._answered.add()


class Person:
    """Whoever does one errand: the citizen and the officer, each with a browser."""

    def __init__(self, errand: Errand, port: int, answers: Answers) -> None:
        self.errand, self.answers = errand, answers
        self.pool = urllib3.HTTPConnectionPool("127.0.0.1", port, timeout=REQUEST_SECONDS, retries=False)

    def do_all(self) -> str:
        """File, accept, add a file and close; return the address of the case."""
        case = self._file()
        number, desk = self.errand.number, case.replace("/cases/", "/staff/cases/")
        officer = self.errand.officer
        self._insist(officer, f"{desk}accept/", {"version": "1", "days": "1", "send": "1"})
        text = f"انقطعت المياه اليوم أيضًا عن الشارع المجاور رقم {number}."
        file = (f"map-{number}.pdf", large_pdf(), "application/pdf")
        # The key of the page, by which a form that is sent again is known.
        fields: Fields = {"form_key": self.errand.draft, "text": text, "attachments": file}
        self._insist(self.errand.citizen, f"{case}add/", fields)
        answer = {"outcome": "solved", "found": FOUND.format(number), "done": DONE.format(number)}
        self._insist(officer, f"{desk}close/", {"version": "3", "send": "1", "same_answer": "on", **answer})
        return case

    def _file(self) -> str:
        """Fill the step with the photo and press the last button; return the address of the case."""
        number, citizen = self.errand.number, self.errand.citizen
        draft = {"draft": self.errand.draft}
        words = {"subject": f"انقطاع المياه عن حي رقم {number}", "details": f"لا ماء منذ أيام في الشارع رقم {number}."}
        fields: Fields = {**draft, **words, "attachments": (f"street-{number}.jpg", photo(number), "image/jpeg")}
        self._insist(citizen, "/ar/new/complaint/what/", fields, to="/check/")
        check = {**draft, "notify_by": "sms"}
        return self._insist(citizen, "/ar/new/complaint/check/", check, to="/receipt/").removesuffix("receipt/")

    def _insist(self, session: str, path: str, fields: Fields, *, to: str = "") -> str:
        """Send a form until it is taken, or proves to have been; return where it leads."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        status = -1
        while time.monotonic() < deadline:
            status, location = self.ask("POST", path, session, fields)
            # Who comes second with a form of one's own finds the case changed: the first was taken after all.
            if (status == 302 and to in location) or (status == 409 and not to):
                return location
            time.sleep(PAUSE_SECONDS)
        message = f"{path} was not taken; the last answer was {status}"
        raise TimeoutError(message)

    def ask(self, method: str, path: str, session: str, fields: Fields | None = None) -> tuple[int, str]:
        """Return the status and where it leads, or the page; 0 where the connection broke."""
        headers = {"Cookie": f"session={session}; csrf={CSRF}", "X-CSRFToken": CSRF}
        began = time.monotonic()
        try:
            answer = self.pool.request(method, path, fields=fields, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError:
            self.answers.add(BROKEN_OFF, time.monotonic() - began)
            return BROKEN_OFF, ""
        self.answers.add(answer.status, time.monotonic() - began)
        return answer.status, answer.headers.get("Location") or answer.data.decode(errors="replace")


def photo(number: int) -> bytes:
    """Return a photo of its own that does not compress well."""
    from PIL import Image

    dice, written = random.Random(number), BytesIO()
    Image.frombytes("RGB", (PHOTO_SIDE, PHOTO_SIDE), dice.randbytes(PHOTO_SIDE**2 * 3)).save(written, format="JPEG")
    return written.getvalue()
