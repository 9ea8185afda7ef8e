"""What is held against an address: known by its keyed hash, kept to its channel, gone when its owner proves it."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import addresses
from notifications.carriers import Declined, Meaning, Status
from notifications.models import AddressStatus, Channel, Verdict
from notifications.sending import delivery
from tests.complaints.threads import overtaken
from tests.notifications.acts import EMAIL, NEW, OLD, code, last_try, nothing, raising, said, sent, state_of
from tests.notifications.conftest import AnsweringCarrier, notice, owed

pytestmark = pytest.mark.django_db


class TestVerdicts:
    """Record, look up, clear."""

    def test_nothing_is_held_against_most(self) -> None:
        assert (addresses.verdict(Channel.SMS, OLD), addresses.verdict(Channel.SMS, "")) == (None, None)

    def test_a_verdict_is_about_one_address_by_one_channel(self) -> None:
        addresses.record(Channel.SMS, OLD, Verdict.DEAD, "30005")
        assert [
            addresses.verdict(*pair) for pair in [(Channel.SMS, OLD), (Channel.SMS, NEW), (Channel.EMAIL, OLD)]
        ] == [
            Verdict.DEAD,
            None,
            None,
        ]

    def test_a_new_one_takes_the_place_of_the_earlier(self) -> None:
        addresses.record(Channel.SMS, OLD, Verdict.DEAD, "30005")
        addresses.record(Channel.SMS, OLD, Verdict.STOPPED, "21610")
        row = AddressStatus.objects.get()
        assert (addresses.verdict(Channel.SMS, OLD), row.code) == (Verdict.STOPPED, "21610")

    def test_one_that_comes_in_the_same_moment_and_is_gone_again_stands_in_nobodys_way(self) -> None:
        stopped = partial(addresses.record, Channel.SMS, OLD, Verdict.STOPPED, "21610")
        with overtaken(stopped, before='INSERT INTO "notifications_addressstatus"'):
            addresses.record(Channel.SMS, OLD, Verdict.DEAD, "30005")
        assert addresses.verdict(Channel.SMS, OLD) == Verdict.DEAD

    @pytest.mark.parametrize("spelling", ["Amina@Example.com", " amina@example.com ", "AMINA@EXAMPLE.COM"])
    def test_an_e_mail_is_the_same_in_every_case(self, spelling: str) -> None:
        addresses.record(Channel.EMAIL, EMAIL, Verdict.DEAD)
        assert addresses.verdict(Channel.EMAIL, spelling) == Verdict.DEAD
        pairs = [("email", EMAIL), ("email", spelling)]
        assert addresses.verdicts(pairs) == dict.fromkeys(pairs, Verdict.DEAD)

    def test_any_number_is_looked_up_in_one_statement(self) -> None:
        addresses.record(Channel.SMS, OLD, Verdict.DEAD)
        costs = []
        for number in (1, 3):
            pairs = [("sms", OLD), ("sms", NEW), ("email", EMAIL)][:number]
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert addresses.verdicts(pairs) == {("sms", OLD): Verdict.DEAD}
            costs.append(len(queries))
        assert costs == [1, 1]

    def test_its_owner_clears_it(self) -> None:
        addresses.record(Channel.SMS, OLD, Verdict.STRANGER)
        assert [addresses.clear(Channel.SMS, OLD), addresses.clear(Channel.SMS, OLD)] == [True, False]
        assert addresses.verdict(Channel.SMS, OLD) is None

    def test_one_kind_may_be_cleared_alone(self) -> None:
        addresses.record(Channel.SMS, OLD, Verdict.DEAD)
        assert addresses.clear(Channel.SMS, OLD, only=Verdict.STOPPED) is False
        assert addresses.verdict(Channel.SMS, OLD) == Verdict.DEAD
        assert addresses.clear(Channel.SMS, OLD, only=Verdict.DEAD) is True

    def test_the_address_is_not_in_the_table(self) -> None:
        addresses.record(Channel.SMS, OLD, Verdict.DEAD)
        addresses.record(Channel.EMAIL, EMAIL, Verdict.DEAD)
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(s::text, '') FROM notifications_addressstatus s")
            (dump,) = cursor.fetchone()
        assert [secret in dump for secret in (OLD, OLD[1:], "790001234", EMAIL, "amina")] == [False] * 5

    def test_a_long_code_of_a_carrier_is_cut(self) -> None:
        addresses.record(Channel.SMS, OLD, Verdict.DEAD, "x" * 500)
        assert AddressStatus.objects.get().code == "x" * 40


class TestFromCarriers:
    """What a carrier says of an address is remembered; what it says of a message is not."""

    @pytest.mark.parametrize(
        ("meaning", "verdict"),
        [(Meaning.DEAD, Verdict.DEAD), (Meaning.STOPPED, Verdict.STOPPED), (Meaning.UNFIT, None)],
    )
    @pytest.mark.parametrize("when", ["at once", "later"])
    def test_a_failure(
        self, signals: list[str], answering: AnsweringCarrier, when: str, meaning: Meaning, verdict: Verdict | None
    ) -> None:
        if when == "at once":
            answering.meanwhile = raising(Declined(meaning, "30005"))
            message = sent()
        else:
            message = sent()
            said(last_try(message), Status.FAILED, meaning=meaning, code="30005")
        assert (state_of(message), addresses.verdict(Channel.SMS, OLD)) == ("undeliverable", verdict)

    @pytest.mark.parametrize("meaning", [Meaning.BUSY, Meaning.ACCOUNT])
    def test_trouble_of_the_route_is_not_held_against_the_address(
        self, signals: list[str], answering: AnsweringCarrier, meaning: Meaning
    ) -> None:
        answering.meanwhile = raising(Declined(meaning, "x"))
        sent()
        assert AddressStatus.objects.count() == 0


class TestSending:
    """Nothing but a code goes to such an address."""

    @pytest.mark.parametrize("verdict", Verdict)
    def test_a_code_is_sent_all_the_same(
        self, signals: list[str], answering: AnsweringCarrier, verdict: Verdict
    ) -> None:
        addresses.record(Channel.SMS, OLD, verdict)
        assert delivery.deliver(str(code().pk)) == "accepted"

    @pytest.mark.parametrize("verdict", Verdict)
    def test_a_notice_is_not(self, signals: list[str], answering: AnsweringCarrier, verdict: Verdict) -> None:
        addresses.record(Channel.SMS, OLD, verdict)
        hers, his = owed(notice(), notice(recipient="citizen:karim", address=NEW))
        delivery.drain("notices")
        assert (state_of(hers), state_of(his), hers.attempts.count()) == ("undeliverable", "accepted", 0)
        assert [message.to for message in answering.ledger] == [NEW]

    def test_two_spellings_of_one_e_mail_in_one_batch_are_both_kept_back(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        addresses.record(Channel.EMAIL, EMAIL, Verdict.DEAD)
        owed(
            notice(channel=Channel.EMAIL, address="Amina@example.com"),
            notice(channel=Channel.EMAIL, address=EMAIL, recipient="user:omar"),
        )
        delivery.drain("notices")
        assert answering.ledger == []

    def test_once_cleared_it_is_written_to_again(self, signals: list[str], answering: AnsweringCarrier) -> None:
        answering.meanwhile = raising(Declined(Meaning.STOPPED, "21610"))
        sent()
        answering.meanwhile = nothing
        assert sent(occasion="case:1:5").state == "undeliverable"
        addresses.clear(Channel.SMS, OLD)
        assert sent(occasion="case:1:6").state == "accepted"
