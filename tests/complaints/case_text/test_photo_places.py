"""A photo's place is told by its distance from the case, and only if both are known."""

import pytest

from complaints.case_text.photo_places import distance, photo_place
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


def test_the_distance_is_that_of_the_map() -> None:
    assert distance(*AMMAN, *AQABA) == pytest.approx(282_800, rel=0.001)
    assert distance(*AMMAN, -AMMAN[0], AMMAN[1] - 180) == pytest.approx(20_015_000, rel=0.001)
