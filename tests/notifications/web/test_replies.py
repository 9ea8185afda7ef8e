"""The short replies of people, and nothing else they write, change what is sent to them."""

import runpy
from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from config.devstack.state import ROOT
from notifications import addresses
from notifications.models import Channel, Verdict
from tests.notifications.web.twilio_requests import AMINA, INBOUND, KARIM, OURS, SAYS, post, reply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("twilio_settings")]


class TestReplies:
    @pytest.mark.parametrize(
        "said",
        [
            "STOP",
            "stop",
            " Stop. ",
            "Stop!!",
            "STOPALL",
            "Stop all",
            "UNSUBSCRIBE",
            "Cancel",
            "QUIT",
            "End",
            "قف",
            "توقف",
            "توقّف.",
            "أوقفوا",
            "اوقفوا الرسائل",
            "إيقاف",
            "ايقاف",
            "إيـقـاف",
            "إلغاء الاشتراك",
            "الغاء",
        ],
    )
    def test_who_says_stop_is_left_alone(self, said: str) -> None:
        assert reply(said).status_code == 200
        assert (addresses.verdict(Channel.SMS, AMINA), addresses.verdict(Channel.SMS, KARIM)) == (
            Verdict.STOPPED,
            None,
        )

    @pytest.mark.parametrize(
        "said",
        [
            "wrong person",
            "Wrong number!",
            "رقم خاطئ",
            "الرقم خطأ",
            "الرقم خطا",
            "لست المعني",
            "لستُ المعنيَّ",
            "ليس رقمي",
            "رقم غلط",
        ],
    )
    def test_who_is_somebody_else_is_left_alone(self, said: str) -> None:
        assert reply(said).status_code == 200
        assert (addresses.verdict(Channel.SMS, AMINA), addresses.verdict(Channel.SMS, KARIM)) == (
            Verdict.STRANGER,
            None,
        )

    @pytest.mark.parametrize("said", ["START", "unstop", "ابدأ", "إبدأ"])
    def test_who_begins_again_is_written_to_again(self, said: str) -> None:
        reply("stop")
        reply("stop", sender=KARIM)
        reply(said)
        assert (addresses.verdict(Channel.SMS, AMINA), addresses.verdict(Channel.SMS, KARIM)) == (
            None,
            Verdict.STOPPED,
        )

    @pytest.mark.parametrize("verdict", [Verdict.DEAD, Verdict.STRANGER])
    def test_beginning_again_proves_nothing_else(self, verdict: Verdict) -> None:
        addresses.record(Channel.SMS, AMINA, verdict)
        reply("start")
        assert addresses.verdict(Channel.SMS, AMINA) == verdict

    def test_twilios_own_word_for_a_reply_counts(self) -> None:
        reply("arrêt", OptOutType="STOP")
        assert addresses.verdict(Channel.SMS, AMINA) == Verdict.STOPPED
        reply("commencer", OptOutType="START")
        assert addresses.verdict(Channel.SMS, AMINA) is None

    @pytest.mark.parametrize(
        "said",
        [
            "",
            "!",
            "شكراً",
            "متى الرد؟",
            "do not stop",
            "the leak will not stop",
            "wrong answer",
            "stop " * 20,
            "x" * 1600,
        ],
    )
    def test_other_replies_are_neither_kept_nor_answered(
        self, said: str, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(0):
            answer = reply(said)
        assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "text/xml", b"<Response/>")

    def test_a_reply_from_nobody_is_nothing(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        with django_assert_num_queries(0):
            assert reply("stop", sender="").status_code == 200

    def test_a_reply_without_a_signature_does_not_count(self) -> None:
        assert post(INBOUND, SAYS | {"Body": "stop"}, None).status_code == 403
        assert addresses.verdict(Channel.SMS, AMINA) is None


class TestToWhom:
    """Only what people write to our own numbers is about our messages."""

    @pytest.mark.parametrize("to", ["+15005550007", "", "CMU", "whatsapp:+15005550006"])
    def test_a_reply_to_another_number_of_the_account_changes_nothing(self, to: str) -> None:
        assert reply("STOP", To=to).status_code == 200
        assert reply("wrong number", To=to).status_code == 200
        assert addresses.verdict(Channel.SMS, AMINA) is None

    def test_nor_does_a_start_undo_what_was_said_to_us(self) -> None:
        reply("STOP")
        reply("START", To="+15005550007")
        assert addresses.verdict(Channel.SMS, AMINA) == Verdict.STOPPED

    def test_each_of_our_numbers_counts(self, settings: Any) -> None:
        settings.SMS_REPLY_NUMBERS = ["+15005550007", OURS]
        reply("STOP", To="+15005550007")
        assert addresses.verdict(Channel.SMS, AMINA) == Verdict.STOPPED

    def test_the_number_of_the_sender_is_one_unless_others_are_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def numbers(**environment: str) -> list[str]:
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            return runpy.run_path(str(ROOT / "config" / "message_settings.py"))["SMS_REPLY_NUMBERS"]

        assert numbers(SMS_SENDER="CMU") == []
        assert numbers(SMS_SENDER="+962791234567") == ["+962791234567"]
        assert numbers(SMS_REPLY_NUMBERS="+962790000001,+962790000002") == ["+962790000001", "+962790000002"]
