"""Bytes to samples: tracks, and the cursors that go through them; one module a library or a way of decoding.

A track knows its channels, its precision and, where that was counted, its length; a cursor reads forward and is sent
to places only where that was proved exact.
"""
