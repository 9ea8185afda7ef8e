"""Tests of the cases; the words that several of them use."""

SUBJECT = "انقطاع المياه عن حي نزال"
DETAILS = "لم تصل المياه إلى منازلنا منذ عشرة أيام رغم أن دورنا يوم الثلاثاء."
FOUND = "عاينت فرقة الصيانة الخط المغذي للحي ووجدت كسرًا في الوصلة الفرعية قرب المدرسة."
DONE = "استبدلت الفرقة الوصلة يوم 12/1/2026 وأعيد الضخ مساء اليوم نفسه بضغط طبيعي."


def grouped(reference: str) -> str:
    """Return a tracking number in the groups it is read aloud in."""
    return f"{reference[:2]} {reference[2:6]} {reference[6:]}"
