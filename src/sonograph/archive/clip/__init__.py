"""Sounds that stand for themselves, each with its label: a catalogue made of their files, and their features."""
