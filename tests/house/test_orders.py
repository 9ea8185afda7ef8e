"""Whether rows whose moments or names are equal always stand in the same order: PostgreSQL gives them in any."""

import ast
from collections.abc import Iterator

import pytest

from config.devstack.state import ROOT

APPS = ("kit", "agencies", "notifications", "accounts", "complaints", "reports", "config")
ORDERING = {"order_by", "latest", "earliest"}
#: Columns that no two of the rows have in common: a constraint sees to it, or the query groups by them.
TOLD_APART = {
    "pk", "id", "login", "code", "number", "event", "case", "case_id", "closing", "day", "file", "person",
    "question_id", "topic", "phenomenon", "agency", "viewer", "lane", "outcome", "kind_after",
}  # fmt: skip
#: What else an order ends with, by its file, and why equal rows are not mistaken for each other.
OTHERWISE = {
    ("accounts/identity/recheck.py", "recheck_at"): "whoever is due is asked in the end, and the index gives the batch",
    ("accounts/policy.py", "-effective_from"): "one edition is agreed on for a day",
    ("complaints/api/centres/fetching.py", "name"): "a program has its name alone",
    ("complaints/desk/queue_bulk_pages.py", "name"): "each name is listed once",
    ("complaints/escalation/expiry.py", "Random()"): "by lot",
    ("complaints/escalation/expiry.py", "due_at"): "all that are over end, and the index gives the batch",
    ("complaints/escalation/expiry.py", "updated_at"): "all that are over go, and the index gives the batch",
    ("complaints/filing/forms.py", "name"): "a district and a town of one name are one line",
    ("complaints/message_centre/message_lists.py", "created_at"): "only the moment is read",
    ("complaints/models/case.py", "name"): "the names of the labels of one case and agency",
    ("complaints/retention/rules.py", "effective_from"): "one rule of a kind and an outcome begins on a day",
    ("complaints/suggestions/similar.py", "F('pk') * -1"): "the key, so that no index on it is walked",
    ("config/monitoring/facts.py", "name"): "a program has its name alone",
    ("notifications/reconciliation.py", "next_check_at"): "whatever is due is asked about in the end",
    ("notifications/sending/claims.py", "created_at"): "the order of the index: each sender takes what no other has",
    ("notifications/sending/routes.py", "name"): "a program has its name alone",
    ("reports/audits/pages.py", "-first"): "one round begins on a day",
    ("reports/commitment/pages.py", "-first"): "one edition is of a period",
    ("reports/dashboards/kept.py", "name"): "a list has its name alone",
    ("reports/periodic/pages.py", "kind"): "no order: the newest periods of the calendar",
}


def ends() -> Iterator[tuple[str, str]]:
    """Yield the file of each order in the code of the product, and what it ends with."""
    for path in (path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr=called), args=[*_, last]) if called in ORDERING:
                    if not isinstance(last, ast.Starred):
                        text = last.value if isinstance(last, ast.Constant) else ast.unparse(last)
                        yield str(path.relative_to(ROOT)), str(text)


def column(text: str) -> str:
    return text.removeprefix("-").rpartition("__")[2]


def test_an_order_ends_with_what_tells_its_rows_apart() -> None:
    found = [end for end in ends() if column(end[1]) not in TOLD_APART]
    assert sorted(set(found) - OTHERWISE.keys()) == []
    assert sorted(OTHERWISE.keys() - set(found)) == []


@pytest.mark.parametrize("text", ["pk", "-id", "user__login", "-clock__pk"])
def test_the_last_column_is_read_without_its_sign_and_its_path(text: str) -> None:
    assert column(text) in TOLD_APART
