"""An example of an app for the interface below /api/v1/: signs in, files a case with a photo, follows and rates it.

Usage: python3 api_client.py https://service.example NUMBER PASSWORD [PHOTO]

It needs Python 3.8 or newer and nothing else. What an app adds: it keeps the refresh key where the telephone keeps
secrets, and sends again what got no answer, with the same Idempotency-Key.
"""

import hashlib
import json
import os
import sys
import urllib.error
import urllib.request
import uuid


class Refused(Exception):
    """An answer that is a problem: ``code`` does not change, ``detail`` is for the person."""

    def __init__(self, problem):
        super().__init__(problem["code"])
        self.code, self.detail, self.fields = problem["code"], problem["detail"], problem["fields"]
        self.problem = problem


class Complaints:
    """The interface as one person's app uses it; ``send`` carries a request out, as urllib does."""

    def __init__(self, address, language="ar", send=urllib.request.urlopen):
        self.root, self.language, self.send, self.tokens = address + "/api/v1", language, send, {}

    def ask(self, method, path, body=None, content=None, once=None):
        """Send a request and return its JSON; raise ``Refused``. An access key that has expired is replaced once."""
        try:
            return self._ask(method, path, body, content, once)
        except Refused as refused:
            if refused.code != "sign_in_required" or not self.tokens:
                raise
        self.refresh()
        return self._ask(method, path, body, content, once)

    def _ask(self, method, path, body, content, once):
        headers = {"Accept-Language": self.language, "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        if content is not None:
            headers["Content-Type"], data = "application/octet-stream", content
        if self.tokens:
            headers["Authorization"] = "Bearer " + self.tokens["access_token"]
        if once:
            headers["Idempotency-Key"] = once
        try:
            request = urllib.request.Request(self.root + path, data, headers, method=method)  # noqa: S310 - what was given
            with self.send(request) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise Refused(json.loads(error.read())) from None
        return json.loads(text) if text else None

    def sign_in(self, number, password):
        """Sign in; the keys are kept in memory."""
        self.tokens = {}
        self.tokens = self.ask("POST", "/sessions", {"number": number, "password": password, "device": "Example"})

    def refresh(self):
        """Get the next pair of keys; the refresh key is used up."""
        key, self.tokens = self.tokens["refresh_token"], {}
        self.tokens = self._ask("POST", "/sessions/refresh", {"refresh_token": key}, None, None)

    def begin_draft(self, kind):
        """Return the key of a new draft, which takes files."""
        return self.ask("POST", "/drafts", {"kind": kind}, once=str(uuid.uuid4()))["id"]

    def add_file(self, draft, name, content):
        """Send a file to a draft in pieces; called again after a break, it goes on where it stopped."""
        said = {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        state = self.ask("POST", f"/drafts/{draft}/uploads", said)
        path = f"/drafts/{draft}/uploads/{state['upload']}"
        while state["received"] < len(content):
            start = state["received"]
            piece = content[start : start + state["piece"]]
            state = self.ask("PUT", f"{path}?start={start}", content=piece)
        return self.ask("POST", path + "/finish")

    def file_case(self, once=None, **fields):
        """File a case and return its receipt; show the preview first where the person stays unnamed."""
        once = once or str(uuid.uuid4())
        try:
            return self.ask("POST", "/cases", fields, once=once)
        except Refused as refused:
            if refused.code != "unseen_preview":
                raise
            print("The agency will read:", *refused.problem["preview"], sep="\n  ")
            return self.ask("POST", "/cases", dict(fields, seen=refused.problem["seen"]), once=once)

    def cases(self, state="open"):
        """Yield the own cases, page by page."""
        after = ""
        while True:
            page = self.ask("GET", f"/cases?state={state}&after={after}")
            yield from page["items"]
            after = page["next"]
            if not after:
                return

    def follow(self, reference):
        """Return a case with all that happened and what the person can do."""
        return self.ask("GET", "/cases/" + reference)

    def rate(self, reference, solved, text=""):
        """Say whether the answer helped: yes, partly or no."""
        rating = self.follow(reference)["rating"]
        said = {"solved": solved, "text": text, "count": rating["count"] if rating else 0}
        return self.ask("POST", f"/cases/{reference}/ratings", said, once=str(uuid.uuid4()))


def main(arguments):
    """File an inquiry and show it; return the exit code."""
    if len(arguments) not in (3, 4):
        print(__doc__)
        return 2
    app = Complaints(arguments[0], language="en")
    try:
        app.sign_in(arguments[1], arguments[2])
        draft = app.begin_draft("inquiry")
        if len(arguments) == 4:
            with open(arguments[3], "rb") as photo:
                app.add_file(draft, os.path.basename(arguments[3]), photo.read())
        receipt = app.file_case(kind="inquiry", draft=draft, details="When does the office open on Sundays?")
        print("Filed:", receipt["reference"], receipt["owes"], receipt["due_on"])
        for entry in app.follow(receipt["reference"])["entries"]:
            print(entry["at"], entry["title"])
    except Refused as refused:
        print(refused.detail, *[field["name"] + ": " + field["message"] for field in refused.fields], sep="\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
