"""A document that has everything a document can have, in both languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

from reports.documents.tree import (
    WITHHELD,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Document,
    Language,
    Section,
    Table,
)

NAMES = {
    "ar": {
        "title": "تقرير الشكاوى الحكومية",
        "heading": "الجهات",
        "sentence": "وصلت 1,579 شكوى، بزيادة 39% على الربع نفسه من 2025، منها 7 إلى Miyahuna - مياهنا.",
        "comment": "كتبت الوحدة: انظروا الرقم 06-5008080.\nسطر ثانٍ.",
        "agency": "الجهة",
        "month": "الشهر",
        "received": "الواردة",
        "on_time": "في الموعد",
        "days": "أيام العمل",
        "score": "المؤشر",
        "low": "الأدنى",
        "high": "الأعلى",
        "day": "اليوم",
        "total": "المجموع",
        "place": "المحافظة",
        "amman": "العاصمة",
        "aqaba": "العقبة",
        "jerash": "جرش",
    },
    "en": {
        "title": "Report on government complaints",
        "heading": "Agencies",
        "sentence": "1,579 complaints arrived, 39% more than in the same quarter of 2025; 7 for مياهنا (Miyahuna).",
        "comment": "The unit writes: see 06-5008080.\nA second line.",
        "agency": "Agency",
        "month": "Month",
        "received": "Received",
        "on_time": "On time",
        "days": "Working days",
        "score": "Index",
        "low": "Lowest",
        "high": "Highest",
        "day": "Day",
        "total": "Total",
        "place": "Governorate",
        "amman": "Amman",
        "aqaba": "Aqaba",
        "jerash": "Jerash",
    },
}


def sample(language: Language = "ar", *, version: int = 2) -> Document:
    """Return the document in ``language``."""
    names = NAMES[language]
    return Document(
        title=names["title"],
        language=language,
        period_first=date(2026, 7, 1),
        period_last=date(2026, 9, 30),
        version=version,
        as_of=datetime(2026, 9, 30, 21, tzinfo=UTC),
        sections=(_agencies(names), _months(names), _places(names)),
    )


def _agencies(names: dict[str, str]) -> Section:
    table = Table(
        key="agencies",
        caption=names["heading"],
        columns=(
            Column("agency", names["agency"], ColumnKind.TEXT),
            Column("received", names["received"], ColumnKind.COUNT, "Filed in the period."),
            Column("on_time", names["on_time"], ColumnKind.SHARE),
            Column("days", names["days"], ColumnKind.DAYS),
            Column("score", names["score"], ColumnKind.SCORE),
            Column("low", names["low"], ColumnKind.SCORE),
            Column("high", names["high"], ColumnKind.SCORE),
            Column("day", names["day"], ColumnKind.DATE),
        ),
        rows=(
            ("=مياهنا", 1572, Decimal("0.391"), Decimal("2.5"), 75, 70, Decimal("80.25"), date(2026, 9, 1)),
            ("@Miyahuna", WITHHELD, WITHHELD, None, 50, 31, 69, None),
            ("-بلدية جرش", 7, 1, Decimal("3.0"), 90, 66, 99, date(2026, 7, 31)),
        ),
        total=(names["total"], 1579, Decimal(1) / Decimal(3), None, None, None, None, None),
        row_keys=("miyahuna", "gam", "jerash"),
    )
    return Section(
        "agencies",
        names["heading"],
        (names["sentence"],),
        (table,),
        (
            Chart(ChartKind.BARS, "agencies", ("received",)),
            Chart(ChartKind.INTERVAL, "agencies", ("score", "low", "high"), names["score"]),
        ),
        names["comment"],
    )


def _months(names: dict[str, str]) -> Section:
    table = Table(
        "months",
        names["month"],
        (
            Column("month", names["month"], ColumnKind.TEXT),
            Column("received", names["received"], ColumnKind.COUNT),
            Column("day", names["day"], ColumnKind.COUNT),
        ),
        (("7/2026", 500, 20), ("8/2026", 479, None), ("9/2026", 600, 31)),
        note=names["sentence"],
    )
    charts = (
        Chart(ChartKind.LINES, "months", ("received", "day")),
        Chart(ChartKind.STACKED, "months", ("received", "day")),
    )
    return Section("months", names["month"], tables=(table,), charts=charts)


def _places(names: dict[str, str]) -> Section:
    table = Table(
        "places",
        names["place"],
        (
            Column("place", names["place"], ColumnKind.TEXT),
            Column("on_time", names["on_time"], ColumnKind.SHARE),
        ),
        ((names["amman"], Decimal("0.39")), (names["aqaba"], Decimal("0.912")), (names["jerash"], WITHHELD)),
        row_keys=("JO-AM", "JO-AQ", "JO-JA"),
    )
    return Section("places", names["place"], tables=(table,), charts=(Chart(ChartKind.MAP, "places", ("on_time",)),))
