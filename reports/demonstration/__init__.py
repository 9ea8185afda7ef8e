"""The reports of a demonstration: audits, commitments, directives and released reports over its year of cases."""
