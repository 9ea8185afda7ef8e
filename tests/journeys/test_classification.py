"""A topic corrected and its figures following."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.acts import be_signed_in
from tests.journeys.conftest import Meet
from tests.journeys.site import Matter, Site, Stranger

LINA = "lina@cmu.example"
LEAK = Matter(
    agency="شركة مياه الأردن (مياهنا)",
    topic="كسر خط مياه أو تسرب",
    subject="طعم المياه غريب منذ أسبوع",
    details="تصل المياه إلى البناية بطعم غريب ولون أصفر منذ أسبوع، ولا نستطيع الشرب منها ولا الطبخ بها.",
    governorate="العاصمة",
)
RIGHT = "تلوث المياه أو تغير لونها"


def test_the_unit_corrects_a_topic_and_the_figures_follow(site: Site, meet: Meet) -> None:
    reference = site.file(LEAK, language="ar", by=Stranger())
    unit = meet("ar")
    be_signed_in(unit, LINA)
    unit.open(f"staff/cases/{reference}/")
    unit.page.get_by_text(unit.said("Notes and tools")).click()
    unit.page.get_by_role("link", name=unit.said("Correct the topic or kind")).click()
    unit.press("Show what changes")
    unit.sees("The case already has this kind and topic. Choose another, or go back.")
    unit.box("Topic", context="of a case").select_option(label=RIGHT)
    unit.look("desk-classify")
    unit.press("Show what changes")
    unit.look("desk-classify-check")
    unit.press("Correct the case")
    unit.is_told(unit.said("The case was corrected. Limits, figures and suggestions now go by the correction."))
    unit.open("staff/confusions/")
    row = unit.page.get_by_role("row").filter(has_text=RIGHT)
    expect(row).to_contain_text(LEAK.topic)
    unit.look("confusions")
    unit.open("staff/reports/")
    expect(unit.card("By topic").get_by_role("row").filter(has_text=RIGHT)).to_be_visible()
