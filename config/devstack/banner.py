"""What is printed when the demonstration is ready: its addresses, and whom to sign in as."""

import os
import unicodedata
from collections.abc import Sequence

WIDTH = 100
GAP = "  "
RIGHT_TO_LEFT = {"R", "AL"}
# Without it a terminal draws the column after an Arabic value on the wrong side of it.
LEFT_TO_RIGHT_MARK = "\N{LEFT-TO-RIGHT MARK}"


def announce(port: int, seconds: float, *, stand_in: str = "") -> None:
    """Print where everything is, and the address of the stand-in for Twilio where there is one."""
    here = f"http://localhost:{port}"
    print(f"\nReady after {seconds:.0f} s. Ctrl-C stops everything.\n")
    print(f"  Citizens   {here}/ar/   ({here}/en/)")
    print(f"  Staff      {here}/ar/staff/")
    if os.environ["EMBEDDED"] == "true":
        print(f"  Messages   {here}/dev/outbox/")
        if stand_in:
            print(f"  SMS        {stand_in}/   (a stand-in for Twilio)")
        print()
        _print_sign_ins()
    print(flush=True)


def _print_sign_ins() -> None:
    from accounts.demo import DEMO_SIGN_INS  # noqa: PLC0415 - the apps are loaded only now

    rows = [("Who", "Page", "Number or e-mail"), *((one.who, one.page, one.login) for one in DEMO_SIGN_INS)]
    for line in table(rows):
        print(f"  {line}")
    passwords = dict.fromkeys(one.password for one in DEMO_SIGN_INS)
    print(f"\n  Password of everybody: {', '.join(passwords)}")
    print("  Staff also enter a code of six digits, which stands on top of the page of messages.")


def table(rows: Sequence[Sequence[str]], *, width: int = WIDTH - 2) -> list[str]:
    """Return the rows as lines of aligned columns; the widest column is cut until the lines fit into ``width``."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + len(GAP) * (len(widths) - 1) > width:
        widths[widths.index(max(widths))] -= 1
    return [GAP.join(map(_padded, row, widths)).rstrip() for row in rows]


def _padded(text: str, width: int) -> str:
    shown = text if cells(text) <= width else f"{_beginning(text, width - 1)}…"
    mark = LEFT_TO_RIGHT_MARK if any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in shown) else ""
    return shown + mark + " " * (width - cells(shown))


def _beginning(text: str, width: int) -> str:
    while cells(text) > width:
        text = text[:-1]
    return text


def cells(text: str) -> int:
    """Return how many places of a terminal ``text`` takes: a vowel sign of Arabic none, a Chinese letter two."""
    return sum(map(_cells_of_letter, text))


def _cells_of_letter(letter: str) -> int:
    if unicodedata.category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1
