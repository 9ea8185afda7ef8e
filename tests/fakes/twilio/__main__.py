"""``python -m tests.fakes.twilio --port 9000``: serve the stand-in for people and for other processes."""

import argparse
import contextlib
import os

from tests.fakes.twilio.account import ACCOUNT, TOKEN
from tests.fakes.twilio.server import serving


def main() -> None:
    """Serve until somebody stops it; account and token may come from the environment, where nobody reads them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--account", default=os.environ.get("TWILIO_ACCOUNT_SID", ACCOUNT))
    parser.add_argument("--token", default=os.environ.get("TWILIO_AUTH_TOKEN", TOKEN))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--step-seconds", type=float, default=1.0)
    given = parser.parse_args()
    with serving(
        port=given.port,
        account=given.account,
        token=given.token,
        seed=given.seed,
        step_seconds=given.step_seconds,
    ) as fake:
        print(f"Ready at {fake.url}", flush=True)  # noqa: T201 - for whoever started it
        with contextlib.suppress(KeyboardInterrupt):
            fake.closing.wait()


if __name__ == "__main__":
    main()
