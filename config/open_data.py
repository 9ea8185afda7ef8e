"""Under which licence the open data are published; none is stated until the operator chooses one."""

from config.environment import Env

__all__ = ["OPEN_DATA_LICENCE_AR", "OPEN_DATA_LICENCE_EN", "OPEN_DATA_LICENCE_URL"]

env = Env()

OPEN_DATA_LICENCE_AR = env.str("OPEN_DATA_LICENCE_AR", default="")
OPEN_DATA_LICENCE_EN = env.str("OPEN_DATA_LICENCE_EN", default="")
OPEN_DATA_LICENCE_URL = env.str("OPEN_DATA_LICENCE_URL", default="")
