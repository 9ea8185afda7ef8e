"""Changing one's mobile number."""
