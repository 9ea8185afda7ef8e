"""The page of the late cases of an agency, for its secretary-general and the minister's office."""
