"""Directives: issued from a figure or about an agency, reported on with evidence, closed by the issuer."""
