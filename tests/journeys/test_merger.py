"""The head of the unit merges an agency into another: its case and its figures follow to the other officer."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.acts import be_signed_in, come_to_work
from tests.journeys.conftest import DESK, PHONE, Meet
from tests.journeys.site import Matter, Site, Stranger

OFFICER = "wells@wells.example"
LEAK = Matter(agency="springs", topic="water-quality", subject="ماء عكر", details="الماء عكر منذ ثلاثة أيام.")
#: Two agencies that no other journey knows, each with an officer; one has the app of the demonstration.
AGENCIES = """
from django.utils import timezone
from accounts.demo import APP_SECRET, PASSWORD
from accounts.models import Factor, FactorKind, User
from accounts.roles import Role
from tests.cast import give_role, make_agency

springs = make_agency("springs", "شركة الينابيع", "Springs Company")
wells = make_agency("wells", "شركة الآبار", "Wells Company")
colleague = User.objects.create_staff(email="springs@springs.example", name_ar="سعد بدر", name_en="Saad Badr")
officer = User.objects.create_staff(email=said["email"], password=PASSWORD, name_ar="رنا بدر", name_en="Rana Badr")
Factor.objects.create(user=officer, kind=FactorKind.APP, secret=APP_SECRET, created_at=timezone.now())
give_role(colleague, springs, Role.OFFICER)
give_role(officer, wells, Role.OFFICER)
"""
#: What the periodic tasks do within minutes.
FOLLOW = """
from django.utils import timezone
from complaints.escalation import recalculation
from complaints.models import Case
from reports.figures import kept
from reports.models import FigureChange

recalculation.go_on(at=timezone.now())
kept.refresh(at=timezone.now())
case = Case.objects.select_related("agency").get(reference=said["reference"])
print(case.agency.code == "wells" and not FigureChange.objects.filter(case_id=case.pk).exists())
"""


def test_the_case_and_the_figures_of_a_merged_agency_follow(site: Site, meet: Meet) -> None:
    site.run(AGENCIES, email=OFFICER)
    reference = site.file(LEAK, language="ar", by=Stranger())
    head, today = meet("en", size=DESK), timezone.localdate()
    be_signed_in(head, "head@cmu.example")
    head.open("staff/directory/successions/plan/")
    head.pick("Agency whose work moves", "Springs Company")
    head.pick("Agency that does it then", "Wells Company")
    head.write("First day", f"{today.day}/{today.month}/{today.year}")
    head.write("Reason", "نظام دمج المؤسسات لسنة 2026، المادة الرابعة.")
    head.press("See what this concerns")
    expect(head.card("What this concerns")).to_contain_text("Open cases that are referred")
    head.look("succession-plan")
    head.press("Plan it")
    head.is_told("Done. The open cases follow in the next minutes.")
    site.until(FOLLOW, reference=reference)

    officer = meet("ar", size=PHONE)
    come_to_work(officer, OFFICER)
    officer.is_at("All open")
    officer.open(f"staff/cases/{reference}/")
    expect(officer.main).to_contain_text(LEAK.subject)
    officer.look("merged-case")

    head.open("staff/reports/")
    head.write("From", f"1/1/{today.year}", context="days")
    head.write("To", f"{today.day}/{today.month}/{today.year}", context="days")
    head.press("Show the figures")
    # Folded away below the first fifteen.
    row = head.card("By agency").locator("tr", has_text="Wells Company")
    expect(row).to_have_count(1)
    expect(row.locator("td").first).to_contain_text("1")
