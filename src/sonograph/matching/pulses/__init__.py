"""Pings, clicks and knocks: bursts that stand out of a band, how often noise alone does as much, and echoes."""
