"""A brush-off is challenged with the question it leaves open, completed by keyboard, and sent."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import be_signed_in
from tests.journeys.conftest import Meet
from tests.journeys.site import Matter, Site
from tests.journeys.test_closing import AMINA, ARABIC, ENGLISH, OMAR


@dataclass(frozen=True)
class BrushOff:
    """A case, the words that say nothing, and what makes an answer of them."""

    language: str
    what: Matter
    found: str
    done: str
    added: str


STORY_ARABIC = BrushOff(
    language="ar",
    what=ARABIC.what,
    found="تمت مخاطبة الدائرة المعنية بالموضوع.",
    done="سيتم الرد عليكم في أقرب وقت.",
    added=" استبدلت الفرقة المقطع المشروخ صباح الأحد، وعادت المياه إلى البنايات ظهرًا.",
)
STORY_ENGLISH = BrushOff(
    language="en",
    what=ENGLISH.what,
    found="The matter has been forwarded to the concerned department.",
    done="You will be informed as soon as possible.",
    added=" The crew replaced the cracked section on Sunday morning, and the water came back at noon.",
)


@pytest.mark.parametrize("story", [STORY_ARABIC, STORY_ENGLISH], ids=["arabic", "english"])
def test_a_brush_off_is_challenged_completed_and_sent(story: BrushOff, site: Site, meet: Meet) -> None:
    reference = site.file(story.what, language=story.language, by=AMINA[0])
    officer = meet(story.language)
    be_signed_in(officer, OMAR)
    site.accept(reference, by=OMAR)
    officer.open(f"staff/cases/{reference}/close/")
    officer.choose("Solved")
    officer.write("What did you find?", story.found)
    officer.write("What did you do?", story.done)
    officer.press("Show what the citizen reads")
    question = officer.said("With what result? Say who was told, on which day, and what they did")
    expect(officer.page.get_by_role("alert").filter(has_text=question).first).to_be_visible()
    expect(officer.box("Or send it as it is, because")).to_be_visible()
    officer.look("desk-close-challenged")
    done = officer.box("What did you do?")
    expect(done).to_have_value(story.done)
    done.focus()
    officer.page.keyboard.press("Control+End")
    officer.page.keyboard.insert_text(story.added)
    officer.press("Show what the citizen reads")
    officer.press("Close and send")
    officer.sees("You closed the case.")
    site.wait_for(to=AMINA[1], template="case_answered", about=reference)
