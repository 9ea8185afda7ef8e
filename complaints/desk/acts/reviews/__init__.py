"""A second person says no."""
