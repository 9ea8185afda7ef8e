"""Bytes that no client library sends: smuggled requests, rubbish in chunks, bombs of headers, odd addresses.

gunicorn closes without a word (0) where it cannot tell what was asked; a 501 is its answer to a transfer coding that it
does not know, as RFC 9112 (6.1) asks.
"""

from tests.bench.attack.rows import WireRow

HOST = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n"
GET, POST = b"GET /ar/help/ HTTP/1.1\r\n", b"POST /ar/track/ HTTP/1.1\r\n"
TYPE = b"Content-Type: "
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SECOND = b"GET /health/live?smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
UNKNOWN_CODING = "RFC 9112, 6.1: a transfer coding that is not understood is answered with 501"

ROWS = [
    WireRow("CL and TE", POST + HOST + b"Content-Length: 4\r\n" + CHUNKED + CLOSE + b"\r\n0\r\n\r\n" + SECOND, "400 0"),
    WireRow("TE and CL", POST + HOST + CHUNKED + b"Content-Length: 400\r\n" + CLOSE + b"\r\n0\r\n\r\n", "400 0"),
    WireRow("two lengths", POST + HOST + b"Content-Length: 5\r\nContent-Length: 0\r\n" + CLOSE + b"\r\nref=1", "400 0"),
    WireRow("a list of lengths", POST + HOST + b"Content-Length: 5, 5\r\n" + CLOSE + b"\r\nref=1", "400 0"),
    WireRow("a signed length", POST + HOST + b"Content-Length: +5\r\n" + CLOSE + b"\r\nref=1", "400 0"),
    WireRow("a negative length", POST + HOST + b"Content-Length: -5\r\n" + CLOSE + b"\r\nref=1", "400 0"),
    WireRow("a length in hex", POST + HOST + b"Content-Length: 0x5\r\n" + CLOSE + b"\r\nref=1", "400 0"),
    WireRow(
        "a length beyond any", POST + HOST + b"Content-Length: 99999999999999999999\r\n" + CLOSE + b"\r\n", "400 413 0"
    ),
    WireRow(
        "two codings",
        POST + HOST + b"Transfer-Encoding: chunked, identity\r\n" + CLOSE + b"\r\n0\r\n\r\n",
        "400 501 0",
        why=UNKNOWN_CODING,
    ),
    WireRow(
        "an unknown coding",
        POST + HOST + b"Transfer-Encoding: xchunked\r\n" + CLOSE + b"\r\n0\r\n\r\n",
        "400 501 0",
        why=UNKNOWN_CODING,
    ),
    WireRow(
        "a coding with a tab",
        POST + HOST + b"Transfer-Encoding:\tchunked\r\n" + CLOSE + b"\r\n0\r\n\r\n",
        "200 400 403 0",
    ),
    WireRow(
        "a space before the colon", POST + HOST + b"Transfer-Encoding : chunked\r\n" + CLOSE + b"\r\n0\r\n\r\n", "400 0"
    ),
    WireRow("HTTP/1.0 in chunks", b"POST /ar/track/ HTTP/1.0\r\n" + HOST + CHUNKED + b"\r\n0\r\n\r\n", "400 0"),
    WireRow("rubbish as a chunk", POST + HOST + CHUNKED + CLOSE + b"\r\nzz\r\nref=1\r\n0\r\n\r\n", "400 403 0"),
    WireRow(
        "a chunk shorter than it says", POST + HOST + CHUNKED + CLOSE + b"\r\n2\r\nref=1\r\n0\r\n\r\n", "400 403 0"
    ),
    WireRow(
        "a chunk of 16 exabytes", POST + HOST + CHUNKED + CLOSE + b"\r\nffffffffffffffff\r\nx\r\n0\r\n\r\n", "400 403 0"
    ),
    WireRow("a chunk with NUL", POST + HOST + CHUNKED + CLOSE + b"\r\n5\x00\r\nref=1\r\n0\r\n\r\n", "400 403 0"),
    WireRow(
        "a trailer that is a header", POST + HOST + CHUNKED + CLOSE + b"\r\n0\r\nX-User-ID: 1\r\n\r\n", "403 400 0"
    ),
    WireRow(
        "500 headers",
        GET + HOST + b"".join(b"X-%d: 1\r\n" % place for place in range(500)) + CLOSE + b"\r\n",
        "400 431 0",
    ),
    WireRow("a header of 64 KB", GET + HOST + b"X-Long: " + b"x" * 65_536 + b"\r\n" + CLOSE + b"\r\n", "400 431 0"),
    WireRow("an address of 64 KB", b"GET /" + b"x" * 65_536 + b" HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", "400 414 0"),
    WireRow("a folded header", GET + HOST + b"X-A: 1\r\n X-B: 2\r\n" + CLOSE + b"\r\n", "400 0"),
    WireRow("a header without a colon", GET + HOST + b"Nonsense\r\n" + CLOSE + b"\r\n", "400 0"),
    WireRow("a header with NUL", GET + HOST + b"X-A: 1\x002\r\n" + CLOSE + b"\r\n", "400 0"),
    WireRow(
        "a bare CR in a header",
        GET + HOST + b"X-A: 1\rSet-Cookie: x=1\r\n" + CLOSE + b"\r\n",
        "400 0",
        lacks="Set-Cookie: x=1",
    ),
    WireRow("a type in no alphabet", GET + HOST + TYPE + b"x/x; charset*=nope''x\r\n" + CLOSE + b"\r\n", "400 0"),
    WireRow(
        "parts in no alphabet", POST + HOST + TYPE + b"multipart/x; boundary*=nope''B\r\n" + CLOSE + b"\r\n", "400 0"
    ),
    WireRow("no Host", GET + CLOSE + b"\r\n", "400 0", finding="W13"),
    WireRow("an empty Host", GET + b"Host: \r\n" + CLOSE + b"\r\n", "400 0", finding="W13"),
    WireRow("two Hosts", GET + HOST + b"Host: evil.example\r\n" + CLOSE + b"\r\n", "400 0", lacks="evil.example"),
    WireRow(
        "a Host with a path", GET + b"Host: localhost/evil.example\r\n" + CLOSE + b"\r\n", "400 0", lacks="evil.example"
    ),
    WireRow(
        "a Host with a user", GET + b"Host: localhost@evil.example\r\n" + CLOSE + b"\r\n", "400 0", lacks="evil.example"
    ),
    WireRow(
        "an absolute address elsewhere",
        b"GET http://evil.example/ar/ HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
        "200 302 400 404 0",
        lacks="evil.example",
    ),
    WireRow(
        "CONNECT",
        b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
        "400 404 405 0",
        lacks="evil.example",
    ),
    WireRow("OPTIONS *", b"OPTIONS * HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", "200 302 400 404 405 0"),
    WireRow("a method in small letters", b"get /ar/help/ HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", "200 400 405 0"),
    WireRow(
        "a version that is none",
        b"GET /ar/help/ HTTP/9.9\r\n" + HOST + CLOSE + b"\r\n",
        "400 505 0",
        why="RFC 9110, 15.6.6: 505 for a version of HTTP that is not supported",
    ),
    WireRow("HTTP/0.9", b"GET /ar/help/\r\n", "400 0"),
    WireRow(
        "HTTP/2 without TLS",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "400 505 0",
        why="RFC 9110, 15.6.6: 505 for a version of HTTP that is not supported",
    ),
    WireRow("TLS to the plain port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64, "400 0"),
    WireRow("spaces in the address", b"GET /ar/ help/ HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", "400 404 0"),
    WireRow("letters that are no UTF-8", b"GET /ar/\xff\xfe/ HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", "400 404 0"),
    WireRow("a proxy line", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + GET + HOST + CLOSE + b"\r\n", "400 0"),
]
