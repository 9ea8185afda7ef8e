"""The form on agencies' own sites: inside a frame of theirs, then on a page of ours; and the badge that links here."""
