"""Run beat and end it when it hangs: `python -m config.beat`; whatever started this process starts it again.

`python -m config.beat --check` asks the database whether beat has sent anything lately, for a container's check.
"""

import os
import select
import signal
import subprocess
import sys
from types import FrameType

#: The variable that names the descriptor on which beat says every second that it lives.
HEARTBEAT = "BEAT_HEARTBEAT"
#: A beat that says nothing for so long is ended: the slowest server answers or refuses earlier.
SILENCE_SECONDS = 45
#: A beat that was asked to end and goes on for so long is killed. Python drops what the handler of a signal raises
#: where nobody can catch it, in a finaliser for one, and beat would go on for good.
END_SECONDS = 5
COMMAND = (sys.executable, "-m", "celery", "--app", "config", "--quiet", "beat", "--loglevel", "INFO", "--pidfile=")


def run(*, silence: float = SILENCE_SECONDS) -> int:
    """Run beat until it ends, is asked to end or says nothing for ``silence`` seconds; return its status, or 1.

    Asked to end, it has ``END_SECONDS``.
    """
    heard, said = os.pipe()
    beat = subprocess.Popen(  # noqa: S603 - a command of our own
        COMMAND, pass_fds=[said], env=os.environ | {HEARTBEAT: str(said)}
    )
    os.close(said)

    def ask_to_end(number: int, _frame: FrameType | None) -> None:
        beat.send_signal(number)
        signal.alarm(END_SECONDS)

    signal.signal(signal.SIGALRM, lambda _number, _frame: beat.kill())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_end)
    while select.select([heard], [], [], silence)[0]:
        if not os.read(heard, 4096):
            return beat.wait()
    beat.kill()
    beat.wait()
    sys.stderr.write('{"event": "Beat said nothing and was ended.", "level": "critical", "logger": "config.beat"}\n')
    return 1


def check() -> bool:
    """Tell whether beat has sent any task lately."""
    import django  # noqa: PLC0415 - the process that only watches needs no models

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from notifications import periodic as runs  # noqa: PLC0415

    return runs.is_sending()


if __name__ == "__main__":
    sys.exit(not check() if "--check" in sys.argv[1:] else run())
