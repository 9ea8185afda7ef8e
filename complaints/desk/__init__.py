"""Officers' pages: the queue, the page of a case, the actions on it, officers, standard texts, directorates."""
