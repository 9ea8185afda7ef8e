"""The program that writes one file anew, in a process of its own with limits on what it may use.

`complaints/attachments/picture_process.py` runs it with the form of the file as its argument, the file on standard
input and the result on standard output: a line of JSON, the file and the thumbnail. It imports no table of the site, so
that it starts quickly.
"""

from __future__ import annotations

import sys

from complaints.attachments.reencoding import clean_pdf, limit_this_process, reencode
from complaints.attachments.rewritten import PDF_FORM, VOICE_FORM, DecodingResult, Refused, Rewritten


def rewrite(content: bytes, form: str) -> Rewritten:
    """Return the file written anew; raises ``Refused``."""
    if form == PDF_FORM:
        return Rewritten(clean_pdf(content))
    if form.startswith(VOICE_FORM):
        # Here and not above: a picture needs no PyAV.
        from complaints.attachments.voices import rewrite_voice  # noqa: PLC0415

        voice, seconds = rewrite_voice(content, form.removeprefix(VOICE_FORM))
        return Rewritten(voice, seconds=seconds)
    return Rewritten(*reencode(content, form))


def main() -> int:
    """Write standard input anew; the exit code is a ``DecodingResult``."""
    limit_this_process()
    try:
        written = rewrite(sys.stdin.buffer.read(), sys.argv[-1])
    except Refused as refused:
        return refused.verdict
    except MemoryError:
        return DecodingResult.COSTLY
    sys.stdout.buffer.write(written.to_bytes())
    return DecodingResult.DONE
