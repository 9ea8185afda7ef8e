"""The provider of a run: the fake Twilio in a process of its own, with a storm to order and the scheduled faults."""

import contextlib
import json
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, override
from urllib.parse import urlsplit

from config.devstack.processes import free_port, is_taken
from tests.fakes.twilio.account import ACCOUNT, TOKEN, FakeTwilio
from tests.fakes.twilio.faults import AT_CREATE, FAULTS, Fault
from tests.fakes.twilio.server import Handler, Server
from tests.fakes.twilio.shapes import Answer, Taken
from tests.faults.children import Child, fork
from tests.faults.plan import ACCEPTED_THEN_TIMED_OUT, KILLED_AFTER_THE_WIRE, TIMED_OUT, Plan

HUNG_UP_BEFORE = "hang_up_before_accepting"
UNREACHABLE = "refused_connections"
UNREACHABLE_EVERY, UNREACHABLE_SECONDS = 4.0, 0.4
STEP_SECONDS = 0.05
PATIENCE_SECONDS = 10
#: Faults of one answer; together with a connection that is cut before anything is taken.
OF_ANSWERS = (
    "error_before_accepting",
    "too_many",
    "accept_then_time_out",
    "error_after_accepting",
    "hang_up_after_accepting",
    "garbage",
    "slow",
)


@dataclass(frozen=True)
class Entry:
    """One line of the provider's ledger, and what was done to the answer."""

    to: str
    body: str
    sid: str
    at: str
    how: str


class Provider:
    """The far end of the wire to the process that plays the provider."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.settings = {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": url,
            "SMS_SENDER": "CMU",
        }

    def storm(self, plan: Plan) -> None:
        """Let so much of what it does go wrong, from now on."""
        self._ask("/storm", {"faulty": plan.faulty, "time_factor": plan.time_factor, "seed": plan.seed})

    def calm(self) -> None:
        """Let everything go right from now on."""
        self._ask("/storm", {"faulty": 0})

    def behave(self, **faults: Mapping[str, float]) -> None:
        """Set faults by name, as the fake itself takes them."""
        self._ask("/behave", faults)

    def forget(self) -> None:
        """Forget all it took."""
        self._ask("/forget", {})

    def calls(self) -> int:
        """Return how often it was asked to take a message."""
        return int(self._ask("/calls"))

    def ledger(self) -> list[Entry]:
        """Return all it took, oldest first."""
        return [Entry(**entry) for entry in self._ask("/entries")]

    def faults(self) -> dict[str, int]:
        """Return how often each thing went wrong."""
        return dict(self._ask("/faults"))

    def scheduled(self) -> list[str]:
        """Return the scheduled faults that have happened."""
        return list(self._ask("/scheduled"))

    def _ask(self, path: str, told: Mapping[str, Any] | None = None) -> Any:
        data = None if told is None else json.dumps(told).encode()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(urllib.request.Request(f"{self.url}{path}", data), timeout=10) as answer:
                    return json.load(answer)
            except OSError:  # one of the moments in which it refuses connections
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


class Stormy(FakeTwilio):
    """A fake Twilio with the faults a run schedules for certain numbers, and a memory of what went wrong."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.happened: Counter[str] = Counter()
        self.how: dict[str, str] = {}
        self.done: dict[str, str] = {}
        self.hang_up_before = Fault()
        self.is_raging = threading.Event()
        self.calls = 0

    def order(self, *, faulty: float, time_factor: float = 0, seed: int = 0) -> None:
        """Let a part of all answers, lists and callbacks go wrong; none of them with 0."""
        with self.lock:
            self.forget_faults()
            self.is_raging.clear()
            if faulty:
                self.chance.seed(seed)
                # The kinds are tried one after the other: together they make the part.
                each = 1 - (1 - faulty) ** (1 / (len(OF_ANSWERS) + 1))
                self.hang_up_before = Fault(chance=each)
                self.behave(
                    **{name: Fault(chance=each) for name in OF_ANSWERS},
                    **{name: Fault(chance=faulty / 2) for name in ("list_fails", "list_garbage")},
                    **{name: Fault(chance=faulty / 2) for name in ("repeat_callbacks", "reorder_callbacks")},
                    drop_callbacks=Fault(chance=faulty),
                    # Five minutes: half of the first wait. An answer comes late, a slow one in time.
                    list_delay=Fault(chance=1, seconds=300 * time_factor),
                )
                self.faults["accept_then_time_out"].seconds = 40 * time_factor
                self.faults["slow"].seconds = 10 * time_factor
                self.is_raging.set()

    def forget(self) -> None:
        """Forget what was taken before the run."""
        self.settle()
        with self.lock:
            self.calls = 0
            for memory in (self.ledger, self.posted, self.by_sid, self.by_number):
                memory.clear()

    def forget_faults(self) -> None:
        """Behave well, and remember what happened."""
        with self.lock:
            self.happened.update(self._so_far())
            self.hang_up_before = Fault()
            super().forget_faults()

    def counted(self) -> dict[str, int]:
        """Return how often each thing went wrong."""
        with self.lock:
            unheard = sum(posted.answer != 200 for posted in self.posted)
            found = self.happened + self._so_far() + Counter({"unheard_callbacks": unheard})
            return {name: number for name, number in found.items() if number}

    def create(self, form: Mapping[str, str]) -> Answer:
        """Take a message, with the fault that is scheduled for its number or with those of the storm."""
        with self.lock:
            self.calls += 1
            if (fault := self._scheduled_for(form.get("To", ""))) is not None:
                return self._with_faults(fault, form)
            if self.hang_up_before.chance and self.chance.random() < self.hang_up_before.chance:
                self.hang_up_before.happened += 1
                return Answer(None)
            return super().create(form)

    def _scheduled_for(self, number: str) -> dict[str, Fault] | None:
        """Return the only faults of a number's first message."""
        silent = {"drop_callbacks": Fault(next=2)}
        scheduled = {
            ACCEPTED_THEN_TIMED_OUT: {"accept_then_time_out": Fault(next=1, seconds=3)} | silent,
            KILLED_AFTER_THE_WIRE: silent,
        }
        return None if number in self.done else scheduled.get(number)

    def _with_faults(self, faults: Mapping[str, Fault], form: Mapping[str, str]) -> Answer:
        self.done[form["To"]] = TIMED_OUT if set(faults) & set(AT_CREATE) else ""
        kept, self.faults = self.faults, {name: Fault() for name in FAULTS} | dict(faults)
        try:
            return super().create(form)
        finally:
            self.happened.update({name: fault.happened for name, fault in self.faults.items()})
            self.faults = kept

    def _answered(self, fault: str, taken: Taken) -> Answer:
        self.how[taken.sid] = fault
        return super()._answered(fault, taken)

    def _so_far(self) -> Counter[str]:
        counts = Counter({name: fault.happened for name, fault in self.faults.items()})
        return counts + Counter({HUNG_UP_BEFORE: self.hang_up_before.happened})


class _Handler(Handler):
    @override
    def do_GET(self) -> None:
        """Answer what the conductor asks; the rest is Twilio's."""
        fake = cast("Stormy", self.fake)
        told = {
            "/entries": lambda: [_entry(fake, taken) for taken in fake.ledger],
            "/faults": fake.counted,
            "/calls": lambda: fake.calls,
            "/scheduled": lambda: [name for name in fake.done.values() if name],
        }.get(urlsplit(self.path).path)
        if told is None:
            super().do_GET()
            return
        with fake.lock:
            self._answer(Answer(200, json.dumps(told())))

    @override
    def do_POST(self) -> None:
        """Take the conductor's order; the rest is Twilio's."""
        fake = cast("Stormy", self.fake)
        told = {"/storm": fake.order, "/forget": fake.forget}.get(self.path)
        if told is None:
            super().do_POST()
            return
        told(**json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer(Answer(200, "{}"))


def _entry(fake: Stormy, taken: Taken) -> dict[str, str]:
    how = fake.how.get(taken.sid, "")
    return {"to": taken.to, "body": taken.body, "sid": taken.sid, "at": f"{taken.created:%H:%M:%S.%f}", "how": how}


@contextlib.contextmanager
def providing(base: Path) -> Iterator[Provider]:
    """Play the provider in a process of its own."""
    port = free_port()
    child = fork(lambda: _play(port), base / "provider.log")
    try:
        wait_until_it_answers(child, port)
        yield Provider(f"http://127.0.0.1:{port}")
    finally:
        child.kill()


def wait_until_it_answers(child: Child, port: int) -> None:
    """Return when the process that plays somebody takes connections; raise RuntimeError if it does not."""
    deadline = time.monotonic() + 20
    while not is_taken(port):
        if not child.is_alive() or time.monotonic() > deadline:
            message = "The provider did not start."
            raise RuntimeError(message)
        time.sleep(0.02)


def _play(port: int) -> None:
    """Serve the conductor at one port, for ever, and Twilio at the same one with pauses while the storm rages."""
    fake = Stormy(step_seconds=STEP_SECONDS)
    for _ in range(8):
        threading.Thread(target=fake.diary.work, daemon=True).start()
    while True:
        with _listening(fake, port):
            fake.is_raging.wait()
            time.sleep(UNREACHABLE_EVERY)
        if fake.is_raging.is_set():
            fake.happened[UNREACHABLE] += 1
            time.sleep(UNREACHABLE_SECONDS)


@contextlib.contextmanager
def _listening(fake: Stormy, port: int) -> Iterator[None]:
    with Server(fake, port) as server:
        server.RequestHandlerClass = _Handler
        listener = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        listener.start()
        try:
            yield
        finally:
            server.shutdown()
            listener.join()
