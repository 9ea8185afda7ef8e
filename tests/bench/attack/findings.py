"""The findings of the security review that can be seen over HTTP, each named as it is there.

S1 (second factor), S4 (pictures), S6 (tampering), W9 and W10 (deployment) have benchmarks and tests of their own.
"""

from tests.bench.attack.rows import Row

SET_PASSWORD = (
    "email=nadia@miyahuna.example&name_ar=x&name_en=x&phone=&language=ar&is_active=on&new_password=copper-violet-train"
    "&memberships-TOTAL_FORMS=0&memberships-INITIAL_FORMS=0&absences-TOTAL_FORMS=0&absences-INITIAL_FORMS=0"
)
MAKE_CMU = (
    "email=huda@cmu.example&name_ar=x&name_en=x&phone=&language=ar&is_active=on&new_password="
    "&memberships-TOTAL_FORMS=1&memberships-INITIAL_FORMS=0&memberships-0-agency={cmu}&memberships-0-role=cmu_staff"
    "&memberships-0-user={huda_key}&memberships-0-starts_on=2026-01-01&memberships-0-ends_on="
    "&absences-TOTAL_FORMS=0&absences-INITIAL_FORMS=0"
)
MONA = (
    "citizenship=other&nationality=EG&document=passport&document_number=A1234567&first_name=Mona&family_name=Fahmy"
    "&birth_date_day=1&birth_date_month=5&birth_date_year=1991"
)
REACHED = "mobile=0791112233&email=&country=JO&governorate=JO-AM&city=x&address=y"
CITIZEN, STAFF = "/ar/sign-in/", "/ar/staff/sign-in/"
FROM_ELSEWHERE = {"X-Forwarded-For": "192.0.2.77"}
RIGHT = "password=olive-lantern-river"
PASSED = "accounts_user"

ROWS = [
    Row(
        "omar nadia",
        "GET",
        "/ar/staff/cases/{hidden}/",
        "200",
        sees="words name",
        # That they have read it.
        writes="complaints_readmark",
        finding="S3",
    ),
    Row("omar nadia", "GET", "/en/staff/cases/{hidden}/accept/", "200", sees="words name", finding="S3"),
    Row(
        "omar",
        "POST",
        "/ar/staff/queue/",
        "200 302",
        body="q=حنظلة+البلقاوي",
        sees="words name numbers",
        lacks="{hidden}",
        # A search by name is recorded, whatever it finds.
        writes="accounts_identityview",
        finding="S3",
    ),
    Row(
        "omar",
        "POST",
        "/ar/staff/queue/",
        "200 302",
        body="q=Balqawi",
        sees="words name numbers",
        lacks="{hidden}",
        finding="S3",
    ),
    Row(
        "omar",
        "POST",
        "/ar/staff/queue/",
        "200 302",
        body="q={owner_number}",
        sees="words name numbers",
        lacks="{hidden}",
        finding="S3",
        # A search by number is recorded, whatever it finds.
        writes="accounts_identityview",
    ),
    # Fifty wrong sign-ins from one address: the owner gets in at once from elsewhere.
    Row("crook", "POST", STAFF, "200 429", body="email=yusuf@gam.example&password=wrong-{n}", times=50, finding="S5"),
    Row(
        "visitor",
        "POST",
        STAFF,
        "302",
        body=f"email=yusuf@gam.example&{RIGHT}",
        headers=FROM_ELSEWHERE,
        writes=PASSED,
        finding="S5",
    ),
    Row("crook", "POST", CITIZEN, "200 429", body="number=9851204417&password=wrong-{n}", times=50, finding="S5"),
    Row(
        "visitor",
        "POST",
        CITIZEN,
        "302",
        body=f"number=9851204417&{RIGHT}",
        headers=FROM_ELSEWHERE,
        writes=PASSED,
        finding="S5",
    ),
    # Five resets of his number with telephones that are not his.
    Row(
        "crook",
        "POST",
        "/ar/forgot/",
        "200 302 429",
        body="number=9851204417&mobile=0790000{n}",
        times=5,
        writes="notifications_message",
        finding="S5",
    ),
    # Two hundred resets of people who do not exist.
    Row(
        "crook",
        "POST",
        "/ar/forgot/",
        "200 302 429",
        body="number=9912345{n}&mobile=0795550{n}",
        times=200,
        writes="notifications_message",
        finding="S5",
    ),
    Row(
        "visitor",
        "POST",
        "/ar/forgot/",
        "302",
        body="number=9851204417&mobile=0780004417",
        headers=FROM_ELSEWHERE,
        writes="notifications_message",
        finding="S5",
    ),
    # Short links are guessed at.
    Row("visitor", "GET", "/r/BCDFGH/", "404", finding="W12", in_suite=True),
    Row("crook", "GET", "/r/BCDF{n}/", "404 429", times=60, finding="W12"),
    # A session that was ended is nobody's.
    Row("lina", "POST", "/ar/sign-out/", "302", finding="W8"),
    Row("lina", "GET", "/ar/staff/triage/", "302 /ar/staff/sign-in/", finding="W8"),
    # A password made of the name.
    Row("mona", "POST", "/ar/register/who/", "302 /ar/register/contact/", body=MONA, finding="W11"),
    Row("mona", "POST", "/ar/register/contact/", "302 /ar/register/password/", body=REACHED, finding="W11"),
    Row(
        "mona",
        "POST",
        "/ar/register/password/",
        "200",
        body="password=MonaFahmy2026!&again=MonaFahmy2026!&policy=on",
        finding="W11",
    ),
    Row(
        "visitor",
        "GET",
        "/static/css/tokens.css",
        "200",
        lacks="Access-Control-Allow-Origin",
        finding="W13",
        in_suite=True,
    ),
    Row("visitor", "GET", "/health/live", "200", lacks="gunicorn/", finding="W13"),
    # Last, because whoever becomes anyone changes what follows.
    Row("huda", "POST", "/ar/admin/accounts/user/{huda_key}/change/", "200 302 403 404", body=MAKE_CMU, finding="S2"),
    Row("huda", "GET", "/ar/staff/triage/", "404", finding="S2"),
    Row(
        "huda",
        "POST",
        "/ar/admin/accounts/user/{nadia_key}/change/",
        "200 302 403 404",
        body=SET_PASSWORD,
        finding="S2",
    ),
    Row(
        "huda",
        "POST",
        "/ar/admin/password_change/",
        "200 302 403 404",
        body="old_password=x&new_password1=y",
        finding="S2",
    ),
]
