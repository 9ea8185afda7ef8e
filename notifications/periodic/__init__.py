"""Periodic tasks: when each ran last, which have stopped, and rows on which one fails without stopping."""
