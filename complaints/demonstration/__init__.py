"""The cases of the demonstration: a year of simulated history, and the stories of two citizens led by the actions."""
