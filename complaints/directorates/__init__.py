"""What an agency's technical directorates are asked: the signed link, who answers, and what the desk reads of it."""
