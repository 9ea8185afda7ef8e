"""What all staff pages share: loading a case, action pages, rows of lists, the file of a case and its PDF."""
