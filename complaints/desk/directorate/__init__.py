"""Consultations: the pages on which a directorate is asked and answers."""
