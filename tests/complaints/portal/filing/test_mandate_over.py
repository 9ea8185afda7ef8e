"""A draft whose mandate is over: said at every step, kept, and sent in the own name or deleted."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Citizen
from complaints.models import Case, Draft
from tests.complaints.mandates import give_mandate


@pytest.mark.usefixtures("english", "clock")
def test_a_draft_of_a_mandate_that_is_over_is_kept_to_be_sent_as_ones_own_or_deleted(
    as_amina: Client, as_karim: Client, as_yusuf: Client, amina: Citizen, karim: Citizen, draft: Draft
) -> None:
    mandate = give_mandate(amina, karim, at=draft.updated_at)
    Draft.objects.filter(pk=draft.pk).update(citizen=karim, mandate=mandate)
    what, agency, check, own = (
        f"/en/new/complaint/{step}/?draft={draft.pk}" for step in ("what", "agency", "check", "own")
    )
    wishes, said = {"draft": str(draft.pk), "notify_by": "sms", "for": "another"}, "You can no longer send this"
    # While it is in force nobody takes it over.
    as_karim.post(own)
    assert Draft.objects.get(pk=draft.pk).mandate == mandate
    assert said not in as_karim.get(what).text

    as_amina.post(f"/en/account/mandates/{mandate.pk}/end/")
    sent = as_karim.post(check, wishes, follow=True)
    pages = {step: as_karim.get(step, follow=True) for step in (what, agency, check)}
    pages["sent"] = sent
    typed = as_karim.post(
        what, {"draft": str(draft.pk), "details": "Too late, and yet kept: the tap is dry."}, follow=True
    )
    assert "Too late, and yet kept" in typed.text
    assert (typed.status_code, typed.text.count("<textarea")) == (200, 0)
    faults = [
        step
        for step, page in pages.items()
        if said not in page.text or draft.details not in page.text or "<textarea" in page.text or own not in page.text
    ]
    assert (faults, Case.objects.count()) == ([], 0)
    assert amina.full_name not in sent.text

    # Nobody else makes it theirs, and the representative has it in their own name, or is rid of it.
    as_yusuf.post(own)
    assert Draft.objects.get(pk=draft.pk).mandate == mandate
    mine = as_karim.post(own, follow=True)
    assert ("in your own name now" in mine.text, said in mine.text) == (True, False)
    as_karim.post(check, {"draft": str(draft.pk), "notify_by": "sms"})
    assert Case.objects.get().citizen == karim
    second = Draft.objects.create(citizen=karim, mandate=mandate, kind="complaint", updated_at=draft.updated_at)
    as_karim.post(f"/en/new/complaint/restart/?draft={second.pk}")
    assert not Draft.objects.exists()
