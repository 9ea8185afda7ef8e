"""What everybody may read: released periods alone, without small groups, in both languages, and as open data."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import strip_tags

from accounts.models import User
from complaints.models import Case
from kit.style_sheets import whole_sheet
from reports.models import PeriodicReport, ReportKind, ReportState
from reports.public import open_data
from reports.public.releases import COUNTS, releases
from tests.cast import sign_in
from tests.reports.public.conftest import AGENCIES, BY_PLACE, NAMES, ROWS, Release

pytestmark = pytest.mark.django_db
MOST_BYTES = 80 * 1024
#: A month within the quarter; the ministry has a small group in both, the municipality in the month only.
JULY = (ReportKind.MONTH, date(2025, 7, 1), date(2025, 7, 31))
IN_JULY = ROWS | {"gam": (33, 20, 3, 5, 10, 5, 8, 6), "miyahuna": (50, 25, 9, 6, 15, 8, 11, 4)}
PLACES_IN_JULY = {"JO-AM": (90, 40, 14, 9, 25, 14, 16, 5), "JO-IR": (30, 14, 5, 5, 8, 5, 5, 5)}


def read_csv(table: str) -> list[dict[str, str]]:
    text = Client().get(f"/open-data/{table}.csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def words(url: str) -> str:
    answer = Client().get(url)
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode()).split())


def test_only_released_periods_are_public_and_their_frozen_counts_alone(release: Release, now: datetime) -> None:
    assert "No report has been released yet" in words("/en/performance/")
    made = release()
    page = words("/en/performance/")
    assert "the third quarter of 2025" in page
    assert Case.objects.count() == 0
    assert all(name in page for name in ("Jordan Water Company (Miyahuna)", "Amman", "released on"))
    assert Client().get("/en/performance/2025-q2/").status_code == 404
    draft = PeriodicReport.objects.create(
        kind=JULY[0], first=JULY[1], last=JULY[2], made_by=made.made_by, made_at=now, state=ReportState.WRITING
    )
    assert Client().get("/en/performance/2025-07/").status_code == 404
    assert [one.key for one in releases()] == [made.pk] != [draft.pk]


def test_small_groups_are_withheld_with_what_would_reveal_them(release: Release) -> None:
    release(agencies=ROWS | {"moe": (200, 90, 40, 30, 60, 50, 40, 5)})
    by_code = {row["code"]: row for row in read_csv("agencies")}
    # The ministry has 3 late cases and 2 silent citizens; two others go with it, or the total would tell.
    assert {row["received"] for row in by_code.values()} == {"200", "120", "90", "31", "6"}
    assert by_code["moh"]["still_late"] == by_code["gam"]["still_late"] == "<5"
    assert by_code["moh"]["confirmed"] == by_code["gam"]["unanswered"] == "<5"
    assert (by_code["miyahuna"]["confirmed"], by_code["moe"]["confirmed"]) == ("<5", "60")
    assert by_code["moh"]["median_days"] == ""
    (country,) = read_csv("country")
    assert [country[name] for name in NAMES] == ["447", "209", "77", "48", "138", "86", "82", "5"]


def test_pages_and_files_agree_and_none_shows_what_another_withholds(release: Release) -> None:
    """The attacker reads every page and file of all periods: a count of a withheld family stands nowhere."""
    release()
    release(*JULY, agencies=IN_JULY, places=PLACES_IN_JULY)
    rows = {(one["period"], one["code"]): one for one in read_csv("agencies")}
    shown = {(one.slug, row.code): row.counts for one in releases() for row in one.agencies}
    assert {key: {name: rows[key][name] for name in COUNTS} for key in rows} == {
        key: {name: "<5" if value is None else str(value) for name, value in counts.items()}
        for key, counts in shown.items()
    }
    exported = json.loads(Client().get("/open-data/figures.json").content)["tables"]["agencies"]
    assert [{name: str(one[name]) for name in COUNTS} for one in exported] == [
        {name: one[name] for name in COUNTS} for one in read_csv("agencies")
    ]
    # Withheld in the quarter already, so withheld in the month: else the months that follow would tell the rest.
    assert rows["2025-07", "gam"]["still_late"] == rows["2025-07", "moh"]["still_late"] == "<5"
    for language, withheld in (("en", "withheld"), ("ar", "محجوب")):
        page = words(f"/{language}/performance/agency/moh/")
        assert withheld in page
        assert not re.search(r"\b(?:47|50|37)\s*%", page)  # 9 of 19 in time, 8 of 16 confirmed


def test_a_correction_replaces_its_version(release: Release) -> None:
    first = release()
    second = release(agencies=ROWS | {"none": (9, 0, 0, 0, 0, 0, 0, 0)}, corrects=first)
    assert [(one.key, one.version) for one in releases()] == [(second.pk, 2)]
    assert "corrected version" in words("/en/performance/2025-q3/")
    assert {row["report_sha256"] for row in read_csv("country")} == {second.sha256}


def test_agencies_are_found_by_words_of_both_languages(release: Release) -> None:
    release()
    for asked in ("water", "مياه الاردن", "MIYAHUNA"):
        page = Client().get("/en/performance/2025-q3/agencies/", {"q": asked}).content.decode()
        assert ("Jordan Water Company" in page, "Ministry of Health" in page) == (True, False)
    assert "has these words" in words("/en/performance/2025-q3/agencies/?q=zzz")
    assert Client().get("/en/performance/agency/none/").status_code == 404
    assert Client().get("/en/performance/agency/nobody-knows/").status_code == 404


def test_files_have_stable_addresses_entity_tags_and_a_dictionary(release: Release) -> None:
    release()
    client = Client()
    columns = json.loads(client.get("/open-data/dictionary.json").content)["columns"]
    for table in open_data.TABLES:
        url = f"/open-data/{table}.csv"
        answer = client.get(url)
        assert answer["Cache-Control"] == "public, max-age=3600"
        assert answer["Content-Length"] == str(len(answer.content))
        assert not answer.cookies
        assert client.get(url, headers={"if-none-match": answer["ETag"]}).status_code == 304
        head = client.head(url)
        assert (head.status_code, head["ETag"], head.content) == (200, answer["ETag"], b"")
        assert client.post(url).status_code == 405
        assert [one["column"] for one in columns if one["table"] == table] == list(read_csv(table)[0])
    assert all(one["description_ar"] and one["description_en"] != one["description_ar"] for one in columns)
    assert client.get("/open-data/people.csv").status_code == 404


def test_files_that_any_cache_keeps_carry_no_cookie_of_who_asks(release: Release, omar: User) -> None:
    """Sent to somebody signed in, whose session is noted with every other answer."""
    release()
    names = [*(f"{table}.csv" for table in open_data.TABLES), "figures.json", "dictionary.csv", "dictionary.json"]
    for name in names:
        answer = sign_in(Client(), omar).get(f"/open-data/{name}")
        assert (answer.status_code, answer.cookies.output(), "Cookie" in answer.get("Vary", "")) == (200, "", False)


def test_the_files_have_these_columns_and_no_other() -> None:
    """No column is of a person, and no table crosses agencies with places."""
    period = ["period", "first_day", "last_day", "as_of", "report_version", "report_sha256"]
    named = ["code", "name_ar", "name_en"]
    assert {name: [column.name for column in columns] for name, columns in open_data.TABLES.items()} == {
        "country": [*period, *NAMES],
        "agencies": [*period, *named, *NAMES],
        "governorates": [*period, *named, *NAMES],
    }


def test_a_release_changes_the_entity_tag_and_nothing_else_does(release: Release) -> None:
    release()
    tags = [Client().get("/open-data/agencies.csv")["ETag"] for _ in range(2)]
    release(*JULY, agencies=IN_JULY, places=PLACES_IN_JULY)
    found = releases()
    assert open_data.table_csv("agencies", found) is open_data.table_csv("agencies", releases()), "made once"
    assert open_data.all_json(found) is open_data.all_json(releases())
    assert tags[0] == tags[1] != Client().get("/open-data/agencies.csv")["ETag"]


def test_the_licence_is_the_operators_choice(settings: object) -> None:
    assert "No licence has been stated" in words("/en/performance/data/")
    assert json.loads(Client().get("/open-data/figures.json").content)["licence"] is None
    settings.OPEN_DATA_LICENCE_EN, settings.OPEN_DATA_LICENCE_AR = "CC BY 4.0", ""
    settings.OPEN_DATA_LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
    page = Client().get("/en/performance/data/").content.decode()
    assert 'href="https://creativecommons.org/licenses/by/4.0/" rel="license">CC BY 4.0</a>' in page


def test_a_name_that_begins_like_a_formula_is_text(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(AGENCIES, "gam", ("\u200f =1+1", "\uff20SUM(A1)"))
    release()
    row = next(row for row in read_csv("agencies") if row["code"] == "gam")
    assert (row["name_ar"], row["name_en"]) == ("'\u200f =1+1", "'\uff20SUM(A1)")


def test_pages_are_light_and_need_one_statement(release: Release, django_assert_num_queries: object) -> None:
    release(places=BY_PLACE)
    release(*JULY, agencies=IN_JULY, places=PLACES_IN_JULY)
    client = Client()
    client.get("/ar/performance/")
    for url in (
        "/ar/performance/",
        "/en/performance/2025-q3/agencies/",
        "/en/performance/agency/gam/",
        "/open-data/figures.json",
    ):
        with django_assert_num_queries(1):
            answer = client.get(url, headers={"accept-encoding": "gzip"})
        assert len(answer.content) < MOST_BYTES / 4
    styles = sum(
        len(whole_sheet(settings.BASE_DIR / "static" / "css" / f"{name}.css").encode())
        for name in ("tokens", "components", "charts")
    )
    assert styles < MOST_BYTES


def test_footer_and_help_lead_there() -> None:
    assert '/en/performance/"' in Client().get("/en/help/").content.decode()
    assert "performance" not in Client().get("/robots.txt").content.decode()
