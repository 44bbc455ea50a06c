"""Sounds of a kind: templates laid over levels, and a threshold that is a rate of false alarms."""
