"""What the bodies of the interface share: unknown fields and wrong types are refused by name; forms judge the rest."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

#: The longest text of any field: more than any form takes.
LONGEST = 30_000

Line = Annotated[str, Field(max_length=400)]
Text = Annotated[str, Field(max_length=LONGEST)]
Code = Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_-]*$")]
Day = Annotated[str, Field(max_length=10, description="A day as 2026-01-31, or empty")]


class Body(BaseModel):
    """A body of JSON with these fields and no others."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FieldError(BaseModel):
    """What is wrong with one field."""

    name: str
    code: str
    message: str


class ProblemBody(BaseModel):
    """An error (RFC 9457): ``code`` is stable, ``detail`` is a sentence in the language of the request."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: list[FieldError]
    received: Annotated[int | None, Field(description="Where the next piece of a file begins")] = None
    preview: Annotated[list[str] | None, Field(description="The texts as the agency will read them")] = None
    seen: Annotated[str | None, Field(description="What to send along once the preview was shown")] = None
    differing: Annotated[list[str] | None, Field(description="What differs from the civil register")] = None
    reference: Annotated[str | None, Field(description="The number of the case that is open already")] = None
    retry_after: Annotated[int | None, Field(description="Seconds to wait")] = None


def day_parts(name: str, day: str) -> dict[str, str]:
    """Return a day as the three boxes of a form; what is no day is left for the form to refuse."""
    parts = [*day.split("-"), "", ""][:3] if day else ["", "", ""]
    return {f"{name}_{part}": text for part, text in zip(("year", "month", "day"), parts, strict=True)}


def form_data(body: Body, *, days: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields of ``body`` as a form reads them: what is missing is empty, ``days`` are three boxes each."""
    values = {name: value for name, value in body.model_dump().items() if value is not None and value is not False}
    for name in days:
        values |= day_parts(name, values.pop(name, ""))
    return values
