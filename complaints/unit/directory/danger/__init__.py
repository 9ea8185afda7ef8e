"""Signs of danger to life or limb."""
