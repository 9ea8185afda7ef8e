"""Two clients of the interface: the example in the documents, and one generated from the interface's own document."""

from __future__ import annotations

import importlib
import io
import runpy
import sys
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.models import Case
from config.api import document
from tests.app_client import App
from tests.cast import PASSWORD
from tests.complaints.api.v1.answered import answer
from tests.complaints.api.v1.contract import connection_kept
from tests.complaints.sample_files import picture

EXAMPLE = Path(__file__).parents[4] / "docs" / "api_client.py"


def over_django(request: urllib.request.Request) -> io.BytesIO:
    """Carry a request of urllib out without a network."""
    content = request.data if isinstance(request.data, bytes) else b""
    kind = request.get_header("Content-type", "")
    found = Client().generic(
        request.get_method(), request.selector, content, kind, headers=dict(request.header_items())
    )
    if found.status_code >= 400:
        raise urllib.error.HTTPError(request.full_url, found.status_code, "", Message(), io.BytesIO(found.content))
    return io.BytesIO(found.content)


def test_the_example_in_the_documents_files_with_a_photo_follows_and_rates(
    amina: Citizen, water: Agency, leak: Topic, omar: User
) -> None:
    example: dict[str, Any] = runpy.run_path(str(EXAMPLE))
    app = example["Complaints"]("http://testserver", "en", over_django)
    app.sign_in(amina.number, PASSWORD)
    draft = app.begin_draft("complaint")
    assert app.add_file(draft, "street.png", picture("PNG", size=(40, 30)))["name"] == "street.png"
    where = {"agency": water.code, "topic": leak.code, "governorate": "JO-AM", "area": "Jubaiha"}
    with pytest.raises(example["Refused"]) as refused:
        app.file_case(kind="complaint", draft=draft, **where)
    assert [field["name"] for field in refused.value.fields] == ["details"]
    words = {"details": "I am أمينة الخطيب and water runs in the street.", "hides_identity": True}
    receipt = app.file_case(kind="complaint", draft=draft, **where, **words)
    assert [row["reference"] for row in app.cases()] == [receipt["reference"]]
    # An access key that has expired is replaced on the way.
    app.tokens["access_token"] = "old"
    assert app.follow(receipt["reference"])["files"][0]["name"] == "street.png"
    answer(Case.objects.get(), by=omar)
    assert app.rate(receipt["reference"], "yes")["rating"]["solved"] == "yes"


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a package that openapi-python-client made of the document."""
    source, name = tmp_path / "document.json", "client_of_the_document"
    source.write_bytes(document()[0])
    file = ConfigFile(post_hooks=[], literal_enums=True, content_type_overrides={"*/*": "application/octet-stream"})
    config = Config.from_sources(file, MetaType.NONE, source, "utf-8", True, tmp_path / name)
    assert list(generate(config=config)) == []
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def test_a_client_generated_from_the_document_files_follows_and_rates(
    generated: str, amina: Citizen, water: Agency, leak: Topic, omar: User
) -> None:
    def operation(path: str) -> Any:
        return importlib.import_module(f"{generated}.api.{path}").sync

    package, models = importlib.import_module(generated), importlib.import_module(f"{generated}.models")
    transport = httpx.WSGITransport(app=get_wsgi_application())
    token = App(amina).keys.access
    client = package.AuthenticatedClient("http://testserver", token, httpx_args={"transport": transport})
    with connection_kept():
        words = {"details": "ماء في الشارع أمام المدرسة", "governorate": "JO-AM", "area": "الجبيهة"}
        body = models.NewCase(kind="complaint", agency=water.code, topic=leak.code, **words)
        filed = operation("filing.file_case")(client=client, body=body, idempotency_key="one")
        assert isinstance(filed, models.Filed), filed
        assert operation("cases.list_cases")(client=client).items[0].reference == filed.reference
        answer(Case.objects.get(), by=omar)
        thread = operation("cases.get_case")(filed.reference, client=client)
        assert (thread.state, thread.may.rate, len(thread.answers)) == ("closed", True, 1)
        rating = models.RatingBody(solved="yes", count=thread.rating.count)
        rated = operation("acts.rate_answer")(filed.reference, client=client, body=rating)
        assert rated.rating.solved == "yes"
    for name in [name for name in sys.modules if name.startswith(generated)]:
        del sys.modules[name]
