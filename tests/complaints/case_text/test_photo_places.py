"""A photo's place is told by its distance from the case, and only if both are known."""

from types import SimpleNamespace

import pytest

from complaints.case_text import tags
from complaints.case_text.links import distance, photo_place
from complaints.models import Attachment, Case

AMMAN, AQABA = (31.9539, 35.9106), (29.5321, 35.0063)


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("case", "photo", "words"),
    [
        (AMMAN, AMMAN, "Taken at the place of the case"),
        (AMMAN, (31.9550, 35.9106), "Taken at the place of the case"),
        (AMMAN, (31.9640, 35.9106), "Taken 1.1 km from the place of the case"),
        (AMMAN, (None, None), ""),
        ((None, None), AMMAN, ""),
    ],
    ids=["same", "near", "far", "photo_unknown", "case_unknown"],
)
def test_the_words_follow_the_distance(case: tuple, photo: tuple, words: str) -> None:
    at, taken = (dict(zip(("latitude", "longitude"), place, strict=True)) for place in (case, photo))
    assert photo_place(Case(**at), Attachment(**taken)) == words


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("knows_person", [True, False])
def test_whoever_may_not_know_the_person_is_told_no_distance(*, knows_person: bool) -> None:
    """From distances to places of one's choice it could be worked out where somebody lives."""
    at = dict(zip(("latitude", "longitude"), AMMAN, strict=True))
    shown = tags.photo_place(
        {"case_visibility": SimpleNamespace(knows_person=knows_person)}, Case(**at), Attachment(**at)
    )
    assert bool(shown) is knows_person


def test_the_distance_is_that_of_the_map() -> None:
    assert distance(*AMMAN, *AQABA) == pytest.approx(282_800, rel=0.001)
    assert distance(*AMMAN, -AMMAN[0], AMMAN[1] - 180) == pytest.approx(20_015_000, rel=0.001)
