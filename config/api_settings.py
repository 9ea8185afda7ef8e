"""Settings of the interface for apps."""

from config.environment import Env

env = Env()

# Origins whose pages may read answers of the interface, such as https://app.example; apps on telephones need none.
API_ORIGINS: list[str] = env.list("API_ORIGINS", default=[])
