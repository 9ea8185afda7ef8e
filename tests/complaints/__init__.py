"""Tests of the cases, room by room as in the application; the words that several of them use."""

import pytest

SUBJECT = "انقطاع المياه عن حي نزال"
DETAILS = "لم تصل المياه إلى منازلنا منذ عشرة أيام رغم أن دورنا يوم الثلاثاء."
FOUND = "عاينت فرقة الصيانة الخط المغذي للحي ووجدت كسرًا في الوصلة الفرعية قرب المدرسة."
DONE = "استبدلت الفرقة الوصلة يوم 12/1/2026 وأعيد الضخ مساء اليوم نفسه بضغط طبيعي."

#: Why an agency declines, what the unit rules, and what another agency is asked to do and answers.
NOT_OURS = "الشارع داخل حدود الجهة الأخرى."
RULING = "الوصلة من شبكة المياه، وإعادة السطح على من حفر."
PARTNER_TASK = "هل منحتم رخصة حفر لهذا الموقع، ومتى؟"
PARTNER_ANSWER = "منحت الأمانة رخصة حفر للموقع بتاريخ 20/12/2025 لشركة المياه."

#: What a directorate is asked, what it finds, and who signs for it.
REQUEST = "نرجو معاينة الخط المغذي لحي نزال وبيان سبب الانقطاع والمدة اللازمة لإصلاحه."
FINDING = "وُجد كسر في الوصلة الفرعية قرب المدرسة، واستُبدلت وأعيد الضخ مساء الثلاثاء."
SIGNATORY = "م. هيثم العدوان، رئيس قسم الصيانة"

#: Why somebody keeps off a case.
RECUSAL_REASON = "تتحدث الشكوى عن تعامله مع متلقي الخدمة."

# A failed assertion in what the tests share is to show its values too.
pytest.register_assert_rewrite(
    "tests.complaints.actions.traces",
    "tests.complaints.engine.life_checks",
    "tests.complaints.engine.random_life",
    "tests.complaints.pages",
    "tests.complaints.portal.cases.browsing",
)


def grouped(reference: str) -> str:
    """Return a tracking number in the groups it is read aloud in."""
    return f"{reference[:2]} {reference[2:6]} {reference[6:]}"
