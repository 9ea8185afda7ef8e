"""What is seen of the running system from outside: the status pages, and the metrics."""
