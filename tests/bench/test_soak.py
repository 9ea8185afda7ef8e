"""The verdict of the soak: what grows, breaks or holds more and more connections is not as promised."""

import pytest

from tests.bench.soak import Watched, judge

FLAT = [100_000_000 + step % 3 * 1_000_000 for step in range(30)]
SECONDS = [0.1] * 94 + [0.5] * 6


def kept(memory: list[int], connections: list[int], answers: dict[str, int]) -> dict[str, bool]:
    """Return which promises were kept."""
    figures = judge(Watched({"web": memory}, connections), answers, SECONDS)
    return {name: figure["kept"] for name, figure in figures.items()}


def test_a_flat_run_without_errors_is_as_promised() -> None:
    assert kept(FLAT, [8] * 30, {"200": 80, "302": 20}) == {
        "requests": True,
        "memory of web": True,
        "connections": True,
    }
    assert judge(Watched({}, [8] * 3), {"200": 100}, SECONDS)["requests"]["p95 s"] == 0.5


@pytest.mark.parametrize(
    ("memory", "connections", "answers", "broken"),
    [
        ([100_000_000 + step * 3_000_000 for step in range(30)], [8] * 30, {"200": 100}, "memory of web"),
        (FLAT, list(range(30)), {"200": 100}, "connections"),
        (FLAT, [8] * 30, {"200": 99, "500": 1}, "requests"),
        (FLAT, [8] * 30, {"200": 99, "0": 1}, "requests"),
    ],
    ids=["a leak", "connections left open", "an error", "a broken connection"],
)
def test_what_is_not_flat_is_noticed(
    memory: list[int], connections: list[int], answers: dict[str, int], broken: str
) -> None:
    assert [name for name, is_kept in kept(memory, connections, answers).items() if not is_kept] == [broken]
