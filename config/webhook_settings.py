"""Calls between this system and programs outside: where they may go."""

from config.environment import Env

__all__ = ["WEBHOOKS_ALLOW_PRIVATE"]

env = Env()

# For tests and demonstrations, whose programs run on this machine; refused in production.
WEBHOOKS_ALLOW_PRIVATE = env.bool("WEBHOOKS_ALLOW_PRIVATE", default=False)
