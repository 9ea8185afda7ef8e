"""Agencies' own sites, at which the form of this service may be embedded."""
