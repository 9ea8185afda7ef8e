"""``python3 run.py bench attack``: hostile requests to the running pages, one row each, and what each must answer."""
