"""Figures over cases for the CMU and the Prime Minister's office; reads every app, changes nothing."""
