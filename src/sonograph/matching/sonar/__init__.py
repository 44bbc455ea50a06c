"""Echograms: pings cut out of a recording and put side by side by range, with what they say of targets."""
