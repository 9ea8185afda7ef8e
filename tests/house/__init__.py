"""Rules of this project that no linter knows, and the proof that it starts where it is meant to run."""
