"""What the pages and messages promise, and what `docs/promises.md` says proves it."""

from __future__ import annotations

import re

from django.template.loader import render_to_string
from django.utils import translation

from accounts.policy import POLICY_VERSION
from complaints.clocks import clockwork
from complaints.workflow import State
from config.devstack.state import ROOT
from notifications.wordings import ar, en
from notifications.wordings.wording import Wording

TABLE = ROOT / "docs" / "promises.md"
ROW = re.compile(r"^\| (?P<cells>.+) \|$", re.MULTILINE)
#: Messages to staff; all others go to citizens.
TO_STAFF = (
    "centre_",
    "officer_",
    "cmu_",
    "ladder_",
    "directorate_",
    "operator_",
    "praise_passed_on",
    "staff_",
    "directive_",
    "commitment_",
    "report_",
    "annex_",
    "index_",
)
#: The other templates that citizens read.
CITIZENS_PAGES = (
    "complaints/portal/**/*.html",
    "accounts/**/*.html",
    "base.html",
    "citizen.html",
    "pages/contact.html",
    "pages/help.html",
    "pages/offline.html",
    "pages/offline_draft.html",
    "reports/public/*.html",
    "complaints/unsent_forms/*.html",
    "components/session_end.html",
    "components/unsaved_text.html",
    "held_form.html",
    "403_csrf.html",
)
#: The templates among them that staff read.
PAGES_OF_STAFF = ("accounts/staff", "accounts/sign_in/staff", "accounts/sign_in/factor")
MARKED = re.compile(
    r'{%\s*translate\s+"(?P<short>[^"]+)"|_\("(?P<argument>[^"]+)"\)'
    r"|{%\s*blocktranslate[^%]*%}(?P<long>.*?){%\s*(?:endblocktranslate|plural)",
    re.DOTALL,
)
#: Words without which hardly anything is promised: who sees what, what becomes of it, and when.
OF_PROMISES = re.compile(
    r"\b(?:never|only|always|nobody|no one|sees?|hidden|hides?|delet\w+|kept|keeps?|saved|within|record\w*|will|until"
    r"|days?|hours?|minutes?)\b",
    re.IGNORECASE,
)
SHORTEST = 4
WORDINGS = {"ar": ar.WORDINGS, "en": en.WORDINGS}


def pages(language: str) -> dict[str, str]:
    """Return the HTML of each page that promises something, by its name."""
    policy = ("pages/usage_policy/points.html", f"pages/usage_policy/{POLICY_VERSION}.{language}.html")
    templates = {name: (f"pages/{name}/{language}.html",) for name in ("help", "privacy", "accessibility")}
    with translation.override(language):
        context = {"competence_days": clockwork.days_in(State.REFERRED), "status_number": "90111"}
        return {
            name: "".join(render_to_string(each, context) for each in parts)
            for name, parts in (templates | {"usage_policy": policy}).items()
        }


def messages() -> dict[str, tuple[str, str]]:
    """Return the English SMS and e-mail of each message to citizens, on one line each."""
    return {name: _lines(said) for name, said in WORDINGS["en"].items() if not name.startswith(TO_STAFF)}


def elsewhere() -> set[tuple[str, str]]:
    """Return template and sentences of what the other pages of citizens promise, as they are marked for translation."""
    folder = ROOT / "templates"
    files = sorted({path for pattern in CITIZENS_PAGES for path in folder.glob(pattern)})
    marked = [
        (path.relative_to(folder).as_posix(), " ".join((found["short"] or found["argument"] or found["long"]).split()))
        for path in files
        for found in MARKED.finditer(path.read_text(encoding="utf-8"))
    ]
    return {
        (path, text)
        for path, text in marked
        if OF_PROMISES.search(text) and len(text.split()) >= SHORTEST and not path.startswith(PAGES_OF_STAFF)
    }


def _lines(said: Wording) -> tuple[str, str]:
    sms, text = (" ".join(each.split()) for each in (said.sms, said.text))
    return sms or "–", text


def rows() -> list[list[str]]:
    """Return the cells of each row of the document, without heads and rules."""
    cells = [found["cells"].split(" | ") for found in ROW.finditer(TABLE.read_text(encoding="utf-8"))]
    return [row for row in cells if row[0] not in {"sentence", "message", "template"}]
