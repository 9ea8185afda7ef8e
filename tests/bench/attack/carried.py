"""What browsers, caches and proxies carry from one to another: kept answers, planted cookies, ways out, hosts, fields.

A cache keeps by the address and the ending that it sees, so that no address of a page with another ending may answer,
and what is for one person says that nobody keeps it.
"""

from collections.abc import Iterator, Mapping

from tests.bench.attack.rows import Row

KEPT_BY_NOBODY = "no-store"
ALL = "words name numbers"
#: Whoever opens a case has read it, and looked at a person.
OPENED = "complaints_readmark accounts_identityview"
PLANTED = "plantedplantedplantedplantedplanted1"
SIGN_IN, STAFF_SIGN_IN = "/ar/sign-in/", "/ar/staff/sign-in/"
KARIM = "number=9851204417&password=olive-lantern-river"
OMAR = "email=omar@miyahuna.example&password=olive-lantern-river"
#: Where nobody who followed a link of ours may end.
ELSEWHERE = "evil.example"
WAYS_OUT = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "////evil.example/",
    "/%5Cevil.example/",
    "/%5C/evil.example/",
    "%5C%5Cevil.example/",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "/%09/evil.example/",
    "/%0A/evil.example/",
    "%20//evil.example/",
    "%0D%0A//evil.example/",
    "http://localhost@evil.example/",
    "//localhost@evil.example/",
    "//evil.example%2F@localhost/",
    "javascript:alert('evil.example')",
    "data:text/html,evil.example",
    "evil.example",
)
#: Endings and turns by which a cache takes the page of a person for a file of everybody.
TURNS = (
    "x.css",
    "style.css/",
    ";x.css",
    "%3Bx.css",
    "%2Fx.css",
    "x.js?x.css",
    "%0Ax.css",
    "%00x.css",
    "%23x.css",
    "%3Fx.css",
    "..%2Fx.css",
    "avatar.png",
    "robots.txt",
    "%2E%2E%2F%2E%2E%2Fstatic%2Fcss%2Ftokens.css",
)
HOSTS: tuple[Mapping[str, str], ...] = (
    {"Host": "evil.example"},
    {"Host": "localhost.evil.example"},
    {"Host": "evil.example:80@localhost"},
    {"Host": "localhost:evil.example"},
    {"Host": "localhost, evil.example"},
    {"Host": "xn--lcalhost-q4a"},
)
FORWARDED: tuple[Mapping[str, str], ...] = (
    {"X-Forwarded-Host": "evil.example"},
    {"X-Host": "evil.example", "X-Forwarded-Server": "evil.example"},
    {"Forwarded": "host=evil.example;proto=https"},
    {"X-Original-URL": "//evil.example/", "X-Rewrite-URL": "//evil.example/"},
    {"X-Forwarded-Prefix": "//evil.example", "X-Script-Name": "//evil.example"},
)
OTHER_SITES = ("http://evil.localhost", "https://localhost.evil.example", "http://localhost:1", "null", "file://")


def ways_out() -> Iterator[Row]:
    """Yield each way out at each door: at the policy, at a press of the sign-in, at the links of pages."""
    for way in WAYS_OUT:
        yield Row("karim", "GET", f"/ar/account/policy/?next={way}", "302 /ar/", lacks=ELSEWHERE, in_suite=True)
        yield Row("visitor", "GET", f"{SIGN_IN}?next={way}", "200", lacks=f'value="{way}')
    two = "/ar/account/policy/?next=/ar/account/&next=//evil.example/"
    yield Row("karim", "GET", two, "302 /ar/", lacks=ELSEWHERE)
    # Last, because a sign-in may write the password anew, which ends the other sessions.
    for way in WAYS_OUT[:12]:
        yield Row(
            "visitor", "POST", SIGN_IN, "302 /ar/", f"{KARIM}&next={way}", lacks=ELSEWHERE, writes="accounts_user"
        )
        yield Row("visitor", "POST", STAFF_SIGN_IN, "302 /ar/staff/sign-in/", f"{OMAR}&next={way}", lacks=ELSEWHERE)
    yield Row(
        "ghost", "POST", "/ar/sign-out/?next=//evil.example/", "302 /ar/", "next=//evil.example/", lacks=ELSEWHERE
    )
    for page in ("{open}/accept/", "{open}/", "{open}/note/"):
        listed = f"/en/staff/cases/{page}?list=view%3Dopen%26next%3D//evil.example&next=//evil.example/"
        outside = 'href="//evil.example'
        yield Row("omar", "GET", listed, "200 409", sees=ALL, lacks=outside, writes=OPENED)
    for path in (
        "//evil.example/ar/",
        "/%5Cevil.example/",
        "//evil.example",
        "/ar//evil.example/",
        "///evil.example/%2e%2e/",
    ):
        yield Row("visitor", "GET", path, "302 400 404 /", lacks="Location: //evil")


def kept_answers() -> Iterator[Row]:
    """Yield pages of one person under addresses that a cache keeps, and asked for as if they were kept already."""
    for turn in TURNS:
        yield Row("owner", "GET", f"/ar/cases/{{open}}/{turn}", "302 400 404", in_suite=True)
        yield Row("omar", "GET", f"/ar/staff/cases/{{open}}/{turn}", "302 400 404")
        yield Row("owner", "GET", f"/ar/account/{turn}", "302 400 404")
    yield Row("owner", "GET", "/static/..%2far/cases/{open}/", "400 404")
    yield Row("owner", "GET", "/static/%2e%2e/ar/cases/{open}/", "400 404")
    own = {
        "owner": (
            "/ar/cases/",
            "/ar/cases/{open}/",
            "/ar/cases/{open}/files/{file}/",
            "/ar/account/",
            "/ar/account/?x.css",
        ),
        "omar": (
            "/ar/staff/queue/",
            "/ar/staff/cases/{open}/",
            "/ar/staff/cases/{open}/files/{file}/",
            "/ar/staff/queue/counts/",
        ),
    }
    had = (
        {"If-Modified-Since": "Fri, 31 Dec 2100 00:00:00 GMT"},
        {"If-None-Match": '"0"', "Cache-Control": "only-if-cached, max-stale"},
        {"Range": "bytes=0-1"},
    )
    for who, pages in own.items():
        for page in pages:
            seen = {"sees": ALL, "writes": OPENED, "has": KEPT_BY_NOBODY}
            yield from (Row(who, "GET", page, "200", headers=headers, **seen) for headers in had)
    yield Row("owner", "GET", "/ar/cases/{open}/", "200", headers={"If-None-Match": "*"}, sees=ALL, has=KEPT_BY_NOBODY)
    for page in ("/ar/new/complaint/what/", "/ar/register/who/", SIGN_IN, "/ar/forgot/", "/ar/directorate/{token}/"):
        yield Row("visitor", "GET", page, "200 302", sees="words", has=KEPT_BY_NOBODY, in_suite=True)
    for opened in ("check/x", "invitation/x", "account/email/confirm/x", "rate/x", "directorate/{token}"):
        found_by_nobody = {"sees": "words", "has": "X-Robots-Tag: noindex", "in_suite": True}
        yield Row("visitor", "GET", f"/ar/{opened}/", "200 404", **found_by_nobody)


def planted_cookies() -> Iterator[Row]:
    """Yield sign-ins with the key of a session that somebody else chose, and the use of that key afterwards."""
    for named in (
        f"session={PLANTED}",
        f"session=x; session={PLANTED}",
        f"__Host-session={PLANTED}; session={PLANTED}",
    ):
        cookie = {"Cookie": f"{named}; csrf={'c' * 32}"}
        new = {"lacks": f"session={PLANTED}", "writes": "accounts_user"}
        yield Row("visitor", "POST", SIGN_IN, "302 /ar/", KARIM, cookie, has="session=", **new)
        yield Row("visitor", "GET", "/ar/account/", "302 /ar/sign-in/", headers=cookie)
        yield Row("visitor", "POST", STAFF_SIGN_IN, "302 /ar/staff/sign-in/", OMAR, cookie, lacks=f"session={PLANTED}")
        yield Row("visitor", "GET", "/ar/staff/queue/", "302 /ar/staff/sign-in/", headers=cookie)
    for own in ("person={owner_key}; held=x", "device={owner_key}", "draft={draft}:x:x", "push={owner_key}"):
        kept = {"Cookie": f"{own}; csrf={'c' * 32}"}
        yield Row("visitor", "GET", "/ar/form/held/", "302 /ar/sign-in/", headers=kept)
        yield Row("visitor", "GET", "/ar/new/complaint/check/?draft={draft}", "302 404", headers=kept)
    language = {"Cookie": "django_language=en; language=en"}
    yield Row("visitor", "GET", "/ar/help/", "200", headers=language, has='<html lang="ar"')


def hosts_and_sites() -> Iterator[Row]:
    """Yield names of other hosts where a link is made and sent, and forms that a neighbour of ours sends."""
    for host in HOSTS:
        yield Row(
            "visitor", "POST", "/ar/staff/sign-in/forgot/", "400", "email=omar@miyahuna.example", host, lacks=ELSEWHERE
        )
        yield Row("visitor", "GET", "/r/BCDFGH/", "400", headers=host, lacks=ELSEWHERE)
    for said in FORWARDED:
        yield Row("visitor", "GET", "/ar/cases/", "302 /ar/sign-in/", headers=said, lacks=ELSEWHERE)
        yield Row("visitor", "GET", "/api/open311/v2/discovery.json", "200 400 404", headers=said, lacks=ELSEWHERE)
        yield Row("owner", "GET", "/ar/cases/{open}/receipt/", "200", headers=said, sees=ALL, lacks=ELSEWHERE)
    for origin in OTHER_SITES:
        said = {"Origin": origin, "Sec-Fetch-Site": "same-site"}
        yield Row("owner", "POST", "/ar/cases/{open}/withdraw/", "403", headers=said, in_suite=True)
        yield Row("omar", "POST", "/ar/staff/cases/{open}/note/", "403", "version=1&text=xxxxxxxxxxxx&send=1", said)
        yield Row("visitor", "POST", SIGN_IN, "403", KARIM, said)
        yield Row(
            "owner",
            "POST",
            "/ar/embed/{site}/begin/",
            "200 302",
            "details=xxxxxxxxxxxxxxxxxxxxxxx",
            said,
            lacks="draft=",
        )


def twice_and_otherwise() -> Iterator[Row]:
    """Yield a field said twice or in the address, another method beside the real one, and lines in values."""
    for body in ("version=1&version=99&text=x", "version[]=1&text[]=x&send[]=1", "version=1;text=x;send=1"):
        seen = {"sees": ALL, "writes": "complaints_unsentform"}
        yield Row("omar", "POST", "/ar/staff/cases/{open}/note/", "200 400 409", body, **seen)
    yield Row("omar", "POST", "/ar/staff/cases/{open}/accept/?version=1&days=3&send=1", "200 409", sees=ALL)
    yield Row(
        "yusuf",
        "POST",
        "/ar/staff/queue/bulk/?case={open}-1",
        "200 302",
        "bulk_action=label&name=x&send=1&case={hidden}-1&case={open}-1",
        writes="complaints_unsentform",
    )
    yield Row("visitor", "POST", SIGN_IN, "200", "number=9851204417&number=1&password=olive-lantern-river")
    yield Row("visitor", "GET", "/ar/track/?ref={open}&ref={hidden}", "200", sees="numbers")
    for method in ({"X-HTTP-Method": "PUT"}, {"X-Method-Override": "DELETE"}, {"X-HTTP-Method-Override": "POST"}):
        yield Row("owner", "GET", "/ar/cases/{open}/withdraw/?_method=POST", "200", headers=method, sees=ALL)
        yield Row("owner", "POST", "/ar/cases/{open}/", "405", "_method=DELETE", method)
    for path in ("/ar/track/%0d%0aSet-Cookie:x=1/", "/ar/%0d%0aLocation:%20https://evil.example/", "/%0d%0aX-A:1"):
        yield Row("visitor", "GET", path, "302 400 404", lacks="\nSet-Cookie: x=1")


ROWS = [*ways_out(), *kept_answers(), *planted_cookies(), *hosts_and_sites(), *twice_and_otherwise()]
