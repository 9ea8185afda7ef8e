"""Two requests of an app at the same moment, in threads: with one idempotency key, and with one refresh key."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AppSession, Citizen, RefreshKey, SessionEnd, StoredAnswer, User
from agencies.models import Agency, Topic
from complaints.models import Case
from tests.app_client import App
from tests.complaints.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

#: Who comes first is chance: once would prove little.
TIMES = 3


def test_one_idempotency_key_files_one_case_and_both_get_its_answer(
    water: Agency, leak: Topic, omar: User, amina: Citizen
) -> None:
    apps = App(amina), App(amina)
    new = {"kind": "complaint", "agency": water.code, "topic": leak.code, "area": "Jubaiha", "governorate": "JO-AM"}

    def file(app: App, key: str, details: str) -> Any:
        return app.post("/cases", new | {"details": details}, idempotency_key=key)

    for turn in range(TIMES):
        details = f"The water has been leaking in front of school {turn} for a week."
        one, other = at_once(*[lambda app=app: file(app, f"k{turn}", details) for app in apps])  # noqa: B023 - ends here
        assert (one.status_code, other.status_code, one.json()) == (201, 201, other.json())
        assert (Case.objects.count(), StoredAnswer.objects.count()) == (turn + 1, turn + 1)
    # Of two with one key and different bodies one is filed, and the other is told.
    answers = at_once(lambda: file(apps[0], "odd", "There is no water."), lambda: file(apps[1], "odd", "No light."))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert Case.objects.count() == TIMES + 1


def test_one_refresh_key_gives_keys_once_and_the_session_ends_for_both(amina: Citizen) -> None:
    for turn in range(TIMES):
        app = App(amina)
        body = {"refresh_token": app.keys.refresh}
        answers = at_once(*[lambda body=body: App().post("/sessions/refresh", body)] * 2)
        assert sorted(answer.status_code for answer in answers) == [200, 401]
        # Nobody can tell which of the two is a thief: the keys that the first one got are dead as well.
        (keys,) = [answer.json() for answer in answers if answer.status_code == 200]
        app.use(keys["access_token"])
        assert app.get("/account").status_code == 401
        assert App().post("/sessions/refresh", {"refresh_token": keys["refresh_token"]}).status_code == 401
        assert AppSession.objects.filter(end=SessionEnd.REPLAYED).count() == turn + 1
        assert RefreshKey.objects.filter(session=app.keys.session).count() == 2
