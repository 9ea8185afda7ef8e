"""The management commands of complaints."""
