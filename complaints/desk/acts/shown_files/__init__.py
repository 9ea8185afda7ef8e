"""Choosing which files of directorates the citizen sees."""
