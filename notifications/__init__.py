"""What is owed to whom, and the carriers that take it: this app knows no person and no case."""
