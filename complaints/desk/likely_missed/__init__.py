"""The page of promises that will likely be missed."""
