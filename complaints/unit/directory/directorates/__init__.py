"""The technical directorates of agencies."""
