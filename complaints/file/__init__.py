"""The file of a case as the desk reads it: history, conversation, neighbours, what can be done, the file on paper."""
