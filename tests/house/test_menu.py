"""The menu of staff pages: who sees which entries, in which order, under which headings."""

from itertools import product
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from config.menu import MENU, staff_menu
from kit.components.marks import pill
from kit.menu import MenuGroup
from tests.cast import make_staff
from tests.ui.render import rendered

TEXTS = {
    Role.OFFICER: [
        *("Cases:", "Work queue", "Promises likely to be missed"),
        *("Figures:", "How we stand", "Annexes to reports", "Commitment index"),
        *("Texts and answers:", "Standard texts", "Macros"),
    ],
    Role.SUPERVISOR: [
        *("Cases:", "Work queue", "Promises likely to be missed", "Officers"),
        *("Figures:", "How we stand", "Annexes to reports", "Directives", "Commitment index", "Phenomena"),
        *("Texts and answers:", "Known problems", "Agencies' websites", "Standard texts", "Macros"),
    ],
    Role.SECRETARY_GENERAL: [
        *("Late cases of the agency", "How we stand", "Annexes to reports", "Directives", "Commitment index"),
        "Phenomena",
    ],
    Role.MINISTER_OFFICE: [
        *("Late cases of the agency", "How we stand", "Annexes to reports", "Directives", "Commitment index"),
        "Phenomena",
    ],
    Role.DIRECTORATE_MEMBER: ["Requests to the directorate"],
    Role.AGENT: ["New call", "Calls", "My calls"],
    Role.AGENT_SUPERVISOR: ["New call", "Calls", "Day of the contact centre"],
    Role.CMU_STAFF: [
        *("Cases:", "What to decide today", "Triage", "All cases", "Promises likely to be missed"),
        *("Officers", "Calls", "Day of the contact centre", "Messages"),
        *(
            "Figures:",
            "All figures",
            "Periodic reports",
            "Circulation of reports",
            "Directives",
            "Audit of answers",
            "Commitment index",
            "Phenomena",
        ),
        *(
            "Texts and answers:",
            "Precedents",
            "Topics that get mixed up",
            "Published answers",
            "Known problems",
            "Agencies' websites",
            "Standard texts",
            "Macros",
            "Message templates",
        ),
        *("Privacy:", "Identities", "Mandates", "Privacy requests"),
        *("Administration:", "Former agencies", "People", "System status"),
    ],
    Role.PM_OFFICE: [
        "Figures:",
        "Complaints of the country",
        "All figures",
        "Periodic reports",
        "Circulation of reports",
        "Directives",
        "Commitment index",
        "Phenomena",
    ],
    Role.OPERATOR: ["Messages", "People", "System status"],
    Role.AUDITOR: ["Who looked", "Retention", "Usage policy", "Changes of staff"],
}
_STAFF = TEXTS[Role.CMU_STAFF]
_PRIVACY = _STAFF.index("Administration:")
TEXTS[Role.CMU_HEAD] = [
    *(*_STAFF[:_PRIVACY], "Who looked", "Retention", "Legal holds", "Data breaches"),
    *("Administration:", "Reference data", "Programs outside", "Keys of programs"),
    *("Former agencies", "People", "Changes of staff", "System status"),
]


def menu_texts(user: object) -> list[str]:
    request = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]
    with translation.override("en"):
        groups = staff_menu(request)["staff_menu"]
        titled = ([f"{group.title}:"] if group.title else [] for group in groups)
        entries = ([str(entry.text) for entry in group.entries] for group in groups)
        return [text for pair in zip(titled, entries, strict=True) for part in pair for text in part]


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_its_own_pages(water: Agency, role: Role) -> None:
    person = make_staff("rana@water.example", "رنا", "Rana", "+962790100071", water, role)
    assert menu_texts(User.objects.get(pk=person.pk)) == TEXTS[role]


def test_an_officer_who_is_also_of_the_unit_sees_the_queue_once(lina: User, water: Agency) -> None:
    lina.memberships.create(agency=water, role=Role.OFFICER, starts_on="2026-01-01")
    assert menu_texts(User.objects.get(pk=lina.pk)) == TEXTS[Role.CMU_STAFF]


def test_citizens_and_visitors_have_no_menu(amina: Citizen) -> None:
    assert (menu_texts(amina.user), menu_texts(AnonymousUser())) == ([], [])


def test_every_entry_leads_to_a_page() -> None:
    names = [name for group in MENU for entry in group.entries for name in (entry.url_name, *entry.within.split())]
    needs = {"text": [1], "ended-agency": ["x"], "call": [1], "directorate-request": [1], "wording": ["x", "ar"]}
    needs |= {"desk-publish": ["2600000017"], "agency-dashboard": ["x"]}
    needs["commitment-agency"] = [1, "x"]
    needs |= {"program": ["x", "x"], "program-secret": ["x", "x"]}
    key = [UUID(int=0)]
    needs |= dict.fromkeys(("message", "identity", "unit-mandate", "privacy-request", "person", "person-role"), key)
    needs |= dict.fromkeys(("person-absence", "person-details"), key) | {"person-role-end": [*key, 1]}
    needs |= {name: ["x"] for name in ("directory-rows", "directory-add", "directory-import")}
    needs |= {f"directory-{name}": ["x", 1] for name in ("row", "change", "end")}
    needs |= {
        name: [1]
        for name in (
            *(
                "text-delete",
                "succession",
                "directory-policy",
                "precedent-change",
                "published-answer",
                "privacy-breach",
            ),
            *("macro", "macro-delete"),
            *("audit-round", "audit-item", "audit-settle", "commitment-edition"),
            *("privacy-hold-lift", "directive", "directive-step", "directive-decision"),
            *("annex", "annex-answer", "circulation", "desk-known-problem", "desk-known-problem-end"),
            *("phenomenon", "phenomenon-edit", "phenomenon-dismiss", "phenomenon-commit", "phenomenon-evidence"),
            "phenomenon-cases",
            *("periodic-report", "periodic-report-send-back", "periodic-report-correct", "periodic-report-changed"),
        )
    } | {"periodic-report-act": [1, "send"], "periodic-report-comment": [1, "summary"]}
    needs |= {"macro-step-add": [1, "label"], "macro-step": [1, 1]}
    assert [reverse(name, args=needs.get(name, [])).startswith("/") for name in names] == [True] * len(names)


def test_a_link_that_is_kept_is_the_one_that_is_written_anew() -> None:
    """On its own page, on each page within it and elsewhere, with each count, in both languages, and again."""
    entries, wrong = [entry for group in MENU for entry in group.entries], []
    for _time, language, entry, count in product(range(2), ("ar", "en"), entries, (0, 3, 100)):
        for here in (entry.url_name, *entry.within.split(), "home"):
            request = SimpleNamespace(resolver_match=SimpleNamespace(url_name=here))
            menu = {"staff_menu": [MenuGroup("", (entry,))], "menu_counts": {entry.url_name: count}, "entry": entry}
            kept = rendered("{% side_menu %}", language=language, request=request, **menu)
            link = "{% nav_link to=entry.url_name text=entry.text within=entry.within %}"
            anew = rendered(link, language=language, request=request, **menu)
            if count:
                anew = anew.replace("</a>", f" {pill(count, kind='bad')}</a>")
            if kept != f"<ul><li>{anew}</li></ul>":
                wrong.append((language, entry.url_name, count, here))
    assert wrong == []
