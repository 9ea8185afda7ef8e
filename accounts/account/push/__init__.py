"""Allowing notifications on a device, and ending them."""
