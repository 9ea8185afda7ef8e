"""Whose a case is: rulings that bind, precedents that are offered, and the parts of other agencies."""
