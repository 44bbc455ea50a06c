"""Sounds as Sources: what every one of them has, those in memory, and those that are made of others.

A Source gives any range of its samples. What is derived from one (mixed to mono, resampled, its ends mirrored) is a
Source again and keeps its start and its calibration.
"""
