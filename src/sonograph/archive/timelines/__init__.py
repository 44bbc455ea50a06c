"""Segments of one recorder as one sound, with its gaps and its clock."""
