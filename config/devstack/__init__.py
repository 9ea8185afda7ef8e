"""PostgreSQL, Valkey and the three processes on one machine, for demonstrations, development and tests.

Production never imports this: it is given DATABASE_URL and REDIS_URL.
"""
