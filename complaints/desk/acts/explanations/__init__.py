"""Asking why a case is late, and answering."""
