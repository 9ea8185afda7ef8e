"""The page of a case at the desk."""
