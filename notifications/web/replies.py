"""The short replies to an SMS that are acted on: stop, wrong person, start again."""

import re
from typing import Final

from kit.arabic import fold

LONGEST: Final = 60


def fold_reply(text: str) -> str:
    """Return the words of a reply without punctuation, vowel marks and the variants of letters."""
    return " ".join(re.findall(r"\w+", fold(text)))


STOP: Final = frozenset(
    map(
        fold_reply,
        (
            "stop",
            "stop all",
            "stopall",
            "unsubscribe",
            "cancel",
            "quit",
            "end",
            "revoke",
            "optout",
            "opt out",
            "قف",
            "توقف",
            "توقفوا",
            "أوقف",
            "أوقفوا",
            "أوقفوا الرسائل",
            "إيقاف",
            "إيقاف الرسائل",
            "إلغاء",
            "إلغاء الاشتراك",
            "كفى",
        ),
    )
)
WRONG_PERSON: Final = frozenset(
    map(
        fold_reply,
        (
            "wrong person",
            "wrong number",
            "this is the wrong number",
            "you have the wrong number",
            "not me",
            "رقم خاطئ",
            "الرقم خاطئ",
            "هذا رقم خاطئ",
            "الرقم خطأ",
            "رقم خطأ",
            "رقم غلط",
            "الرقم غلط",
            "شخص خاطئ",
            "شخص خطأ",
            "الشخص الخطأ",
            "لست المعني",
            "لست المعنية",
            "لست أنا",
            "لست الشخص المعني",
            "ليس رقمي",
            "هذا ليس رقمي",
        ),
    )
)
START: Final = frozenset(map(fold_reply, ("start", "unstop", "ابدأ", "ابدؤوا", "استئناف")))
