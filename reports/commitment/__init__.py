"""The commitment index of agencies: how it is computed, its drafts and publications, and the replies of agencies."""
