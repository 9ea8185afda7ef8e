"""A test does not end while the server is still answering what a page of it has asked for."""

from threading import Event, Thread
from urllib.request import urlopen

import pytest
from django.http import HttpRequest, HttpResponse
from pytest_django.live_server_helper import LiveServer

from config import urls
from tests.answering import answering


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_takes_long_is_waited_for(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end, order = Event(), Event(), []

    def slow(_request: HttpRequest, exception: Exception) -> HttpResponse:
        begun.set()
        may_end.wait(60)
        order.append("answered")
        return HttpResponse()

    def wait() -> None:
        answering.wait(60)
        order.append("waited")

    monkeypatch.setattr(urls, "handler404", slow)
    threads = [Thread(target=lambda: urlopen(f"{live_server.url}/en/no-such-page/").read()), Thread(target=wait)]
    threads[0].start()
    assert begun.wait(60)
    threads[1].start()
    assert not answering.wait(0)
    may_end.set()
    for thread in threads:
        thread.join(60)
    assert order == ["answered", "waited"]
