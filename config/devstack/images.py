"""`python3 run.py images`: says which images of Compose and Dockerfile are not named by their content.

A tag may lead to another image tomorrow; a digest cannot. With `--pin` Docker is asked for the digest behind each tag,
and the tag is kept beside it in the files: nginx:1.28@sha256:….
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from config.devstack.state import ROOT

FILES: Final = ("docker-compose.yml", "Dockerfile")
SECONDS: Final = 60
#: An image of others; the service's own is built from the Dockerfile.
_NAMED: Final = re.compile(
    r"^(?:FROM| +image:) (?P<tag>[a-z][\w./-]*:[\w.-]+)(?P<digest>@sha256:[0-9a-f]{64})?", re.MULTILINE
)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_ASK: Final = ("docker", "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}")


class NoDigest(Exception):
    """Docker did not say which image a tag names."""


def run(arguments: list[str], root: Path = ROOT) -> int:
    """Print each image without a digest, after giving it one with `--pin`; return 1 if there is one, 2 if not asked."""
    if arguments not in ([], ["--pin"]):
        print("Unknown: the only argument is --pin.", file=sys.stderr)
        return 2
    if arguments:
        try:
            pin(root)
        except NoDigest as why:
            print(f"Not pinned: {why}.", file=sys.stderr)
            return 2
    loose = unpinned(root)
    print("\n".join(f"{tag} is named by its tag alone" for tag in loose) or "Every image is named by its digest.")
    return int(bool(loose))


def unpinned(root: Path) -> list[str]:
    """Return the tags that no digest follows, each once."""
    found = (one for name in FILES for one in _NAMED.finditer((root / name).read_text(encoding="utf-8")))
    return sorted({one["tag"] for one in found if not one["digest"]})


def pin(root: Path) -> None:
    """Write the digest of today behind each tag, in place of an older one; ``NoDigest`` leaves both files alone."""
    texts = {root / name: (root / name).read_text(encoding="utf-8") for name in FILES}
    digests = {
        tag: current_digest(tag) for tag in {one["tag"] for text in texts.values() for one in _NAMED.finditer(text)}
    }
    for path, text in texts.items():
        path.write_text(_NAMED.sub(lambda one: _with_digest(one, digests[one["tag"]]), text), encoding="utf-8")


def current_digest(tag: str) -> str:
    """Return the digest that the registry has for ``tag`` now; raises ``NoDigest``."""
    try:
        asked = subprocess.run([*_ASK, tag], capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        msg = f"Docker cannot be asked for {tag} ({type(error).__name__})"
        raise NoDigest(msg) from error
    answer = asked.stdout.strip()
    if asked.returncode or not _DIGEST.fullmatch(answer):
        msg = f"Docker does not know the digest of {tag}"
        raise NoDigest(msg)
    return answer


def _with_digest(one: re.Match[str], digest: str) -> str:
    return one.group(0).removesuffix(one["digest"] or "") + f"@{digest}"
