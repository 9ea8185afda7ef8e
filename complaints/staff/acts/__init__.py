"""The forms of what a desk does to a case, for its pages and for the case systems of agencies."""
