"""The search of the desk: what is looked for, in which forms, and over which blocks of cases."""
