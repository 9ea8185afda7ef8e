"""What all staff pages share: loading a case, the frame, stale pages, the file of a case as PDF."""
