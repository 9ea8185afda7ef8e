"""What opened last: calls, mandates, known problems, sites, keys of programs, apps, undo, macros, unsent forms.

As everywhere, each row is sent by those whom it is not for, and by the right person about somebody else's.
"""

from tests.bench.attack.rows import Row

STAFF = "omar nadia yusuf lina sami huda asma haitham"
NOT_AGENTS = "karim omar nadia yusuf lina huda asma haitham"
NOT_UNIT = "karim omar nadia yusuf sami huda asma haitham"
NOT_OFFICERS = "karim lina sami huda asma haitham"
STRANGERS = "karim yusuf sami huda asma haitham"
CALL_PAGES = ("", "register/", "file/", "read-back/", "saved/", "end/", "cases/{open}/")
APP = {"Authorization": "Bearer {karim_access}", "Content-Type": "application/json"}
API = "/api/v1"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ONE = '{"text": "x"}'


def own(place: str) -> dict[str, str]:
    """Return the headers of an app of Karim's that names its try by ``place``."""
    return {**APP, "Idempotency-Key": f"0123456789abcdef-{place}"}


ROWS = [
    # A call belongs to its agent; nobody else finds it, and the agent nothing of another person through it.
    *(Row(NOT_AGENTS, "GET", f"/ar/staff/calls/{{contact}}/{page}", "404") for page in CALL_PAGES),
    *(Row(NOT_AGENTS, "POST", f"/ar/staff/calls/{{contact}}/{page}", "404") for page in ("end/", "file/", "join/")),
    Row("visitor", "GET", "/ar/staff/calls/{contact}/", "302 /ar/staff/sign-in/", in_suite=True),
    Row("sami", "POST", "/ar/staff/calls/{contact}/cases/{karims}/", "404", in_suite=True),
    Row("sami", "GET", "/ar/staff/cases/{open}/reply/topic/", "404"),
    Row("sami", "POST", "/ar/staff/cases/{open}/reply/withdraw/for-caller/", "404", body="version=1"),
    Row(NOT_AGENTS, "POST", "/ar/staff/calls/new/", "404", body="q=0796543210&channel=phone"),
    Row("karim yusuf omar huda asma haitham", "GET", "/ar/staff/calls/day/", "404"),
    # Mandates: of two other people.
    Row("karim", "GET", "/ar/account/mandates/{mandate}/", "404", in_suite=True),
    *(Row("karim", "POST", f"/ar/account/mandates/{{mandate}}/{act}/", "404") for act in ("give", "refuse", "end")),
    Row("karim", "GET", "/ar/cases/for/{mandate}/", "404", in_suite=True),
    Row("karim", "POST", "/ar/cases/for/{mandate}/complaint/", "404"),
    Row(STAFF, "GET", "/ar/cases/for/{mandate}/", "302 /ar/staff/"),
    Row(NOT_UNIT, "GET", "/ar/staff/mandates/{mandate}/", "404"),
    Row(NOT_UNIT, "POST", "/ar/staff/mandates/{mandate}/", "404", body="act=give&seen=x"),
    Row("visitor", "POST", "/ar/account/mandates/{mandate}/give/", "302 /ar/sign-in/"),
    # What somebody typed and did not send.
    Row("karim", "GET", "/ar/cases/unsent/{unsent}/", "404", in_suite=True),
    Row(STRANGERS, "GET", "/ar/staff/unsent/{staff_unsent}/", "404", in_suite=True),
    Row("nadia lina", "GET", "/ar/staff/unsent/{staff_unsent}/", "404"),
    Row("omar", "GET", "/ar/cases/unsent/{unsent}/", "302 404"),
    Row("karim", "POST", "/ar/cases/unsent/{unsent}/", "404 405", body="act=delete"),
    # Known problems and sites of another agency.
    Row("yusuf", "GET", "/ar/staff/problems/{problem}/", "404"),
    Row("yusuf", "POST", "/ar/staff/problems/{problem}/", "404", body="text_ar=x&text_en=x"),
    Row("karim sami huda asma haitham yusuf", "POST", "/ar/staff/problems/{problem}/end/", "404"),
    Row("karim sami huda asma haitham", "GET", "/ar/staff/problems/", "404"),
    Row("visitor", "POST", "/ar/problems/join/", "302 /ar/problems/", body="problem={problem}", in_suite=True),
    Row("karim", "POST", "/ar/problems/join/", "302 400 404", body="problem=99999999999999999999"),
    Row("karim", "POST", "/ar/problems/leave/", "302 400 404", body="problem={problem}"),
    Row("visitor", "GET", "/ar/embed/{site}/", "200", in_suite=True),
    Row("visitor", "POST", "/ar/embed/{site}/begin/", "200 302 400 403", body="kind=complaint&next=//evil.example"),
    Row("visitor", "POST", "/ar/embed/{site}/check/", "200 302 400", body="ref={open}&phone_end=0000"),
    Row("visitor", "GET", "/ar/embed/999999/", "404"),
    # Keys of programs, programs, privacy, holds.
    Row(NOT_UNIT, "GET", "/ar/staff/program-keys/", "404"),
    Row(NOT_UNIT, "POST", "/ar/staff/program-keys/", "404", body="name=x&contact=1"),
    Row(NOT_UNIT, "POST", "/ar/staff/program-keys/{key}/revoke/", "404"),
    Row("karim omar nadia yusuf sami asma haitham lina", "GET", "/ar/staff/programs/webhook/miyahuna/", "404"),
    Row("karim omar nadia yusuf sami asma haitham lina", "POST", "/ar/staff/programs/webhook/miyahuna/secret/", "404"),
    Row(f"karim {STAFF}", "GET", "/ar/staff/privacy/holds/", "404"),
    Row(f"karim {STAFF}", "POST", "/ar/staff/privacy/holds/", "404", body="agency=1&reason=xxxxxxxxxxxx&proceedings=1"),
    Row(NOT_UNIT, "GET", "/ar/staff/privacy/requests/", "404"),
    Row(f"karim {STAFF}", "GET", "/ar/staff/privacy/views/", "404"),
    Row(f"karim {STAFF}", "GET", "/ar/staff/privacy/breaches/", "404"),
    # Undo, explanations, late cases, macros.
    Row(STRANGERS, "GET", "/ar/staff/cases/{closed}/undo/", "404"),
    Row(STRANGERS, "POST", "/ar/staff/cases/{closed}/undo/", "404", body="version=3", in_suite=True),
    Row("nadia lina", "POST", "/ar/staff/cases/{closed}/undo/", "404 409", body="version=3", sees="words name numbers"),
    Row(STRANGERS, "POST", "/ar/staff/cases/{asked}/explain/", "404", body="version=3&text=x"),
    Row(f"{STRANGERS} omar", "POST", "/ar/staff/cases/{asked}/ask-explanation/", "404", body="version=3&text=x"),
    Row(f"{STRANGERS} omar lina", "GET", "/ar/staff/late-cases/", "404"),
    Row("omar yusuf", "POST", "/ar/staff/macros/{macro}/add/note/", "404", body="text=x"),
    Row("omar yusuf", "POST", "/ar/staff/macros/{macro}/order/", "404", body="step=1&to=2"),
    Row("omar yusuf", "GET", "/ar/staff/macros/{macro}/steps/1/", "404"),
    Row(STRANGERS, "POST", "/ar/staff/cases/{open}/macros/{macro}/", "404", body="send=1&version=1"),
    Row("nadia", "POST", "/ar/staff/cases/{about}/macros/{macro}/", "404", body="send=1&version=2"),
    # Many at once: of another agency, about herself, and of a person whom they do not see.
    *(
        Row(who, "POST", "/ar/staff/queue/bulk/", "200 302 400 404", body=f"action={act}&case={{{case}}}&days=3&send=1")
        for who, case in (("yusuf", "open"), ("yusuf", "hidden"), ("nadia", "about"))
        for act in ("accept", "refer", "export", "assign", "remind")
    ),
    Row("omar", "POST", "/ar/staff/queue/bulk/", "200 302 400 404", body="action=refer&case={open}&agency=gam&send=1"),
    # The search box: neither the end of a number nor a part of the name finds the hidden one.
    *(
        Row(
            "omar nadia",
            "POST",
            "/ar/staff/queue/",
            "200 302",
            body=f"q={typed}",
            sees="words name numbers",
            lacks="{hidden}",
            writes="accounts_identityview",
        )
        for typed in ("3210", "4321", "0796543210", "796543", "حنضلة", "البلقاوى", "Hanzala", "hanzala@home.example")
    ),
    *(
        # What was typed stands in the box again.
        Row(
            "yusuf", "POST", "/ar/staff/queue/", "200 302", f"q={typed}", sees="numbers", writes="accounts_identityview"
        )
        for typed in ("3210", "4321", "0796543210", "{open}", "{searched}")
    ),
    # Apps: another person's cases, files and drafts; keys that are none.
    *(
        Row("visitor", "GET", f"{API}/{path}", "404", headers=APP, writes="accounts_appsession")
        for path in ("cases/{open}", "cases/{hidden}", "cases/{open}/files/{file}", "drafts/{draft}")
    ),
    *(
        Row("visitor", "POST", f"{API}/cases/{{open}}/{act}", "404 422", ONE, own(act), writes="accounts_appsession")
        for act in ("objections", "reminders")
    ),
    # These take a form with files: what is no form is refused before anything is looked for.
    *(
        Row(
            "visitor",
            "POST",
            f"{API}/cases/{{open}}/{act}",
            answer,
            body,
            own(act) | kind,
            writes="accounts_appsession",
        )
        for act in ("additions", "replies")
        for body, kind, answer in ((ONE, JSON, "415"), ("text=x&seen=1", FORM, "404"))
    ),
    Row(
        *("visitor", "POST", f"{API}/cases/{{open}}/withdrawals", "404", '{"because": "x"}', own("withdrawal")),
        writes="accounts_appsession",
    ),
    Row(
        *("visitor", "POST", f"{API}/cases", "404 422", '{"draft": "{draft}"}', own("filing")),
        writes="accounts_appsession",
    ),
    Row("visitor", "GET", f"{API}/cases", "401", headers={"Authorization": "Bearer x"}, in_suite=True),
    Row("karim omar", "GET", f"{API}/cases", "401", in_suite=True),
    Row(
        "visitor",
        "POST",
        f"{API}/sessions",
        "400 401 415 422",
        '{"number": {"$ne": 1}}',
        {"Content-Type": "application/json"},
    ),
    Row("visitor", "POST", f"{API}/sessions", "400 413 422", "[" * 20_000, JSON),
    Row(
        "visitor",
        "POST",
        f"{API}/sessions/refresh",
        "400 401 422",
        '{"refresh": "\\ud800"}',
        {"Content-Type": "application/json"},
    ),
    # Programs: Open311 shows no words and no people; a centre and an agency's system sign.
    Row("visitor", "GET", "/api/open311/v2/requests.json", "200", in_suite=True),
    Row("visitor", "GET", "/api/open311/v2/requests.xml?start_date=x&service_code=%27--", "200 400"),
    Row("visitor", "GET", "/api/open311/v2/requests/{open}.json", "404"),
    Row("visitor", "GET", "/api/open311/v2/tokens/{open}.json", "404"),
    Row(
        "visitor",
        "POST",
        "/api/open311/v2/requests.json",
        "400 401 403",
        body="service_code=outage&description=x&api_key=x",
    ),
    Row("visitor", "POST", "/api/centres/ncc/reports", "401 403 404", "{}", JSON),
    Row(
        "visitor",
        "POST",
        "/api/agency-systems/miyahuna/acts",
        "401 403 404",
        "{}",
        {"Content-Type": "application/json"},
    ),
    # Privacy of the citizen: another's copy, another's devices.
    Row("karim", "POST", "/ar/account/push/{unsent}/off/", "302 404"),
    Row("karim", "POST", "/ar/account/apps/{unsent}/end/", "302 404"),
    Row("karim", "GET", "/ar/account/copy/pdf/", "404 302 200"),
]
