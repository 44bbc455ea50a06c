"""Frames and samples to pixels, in bounded memory: by the maximum, so that a click of one frame is never lost.

`raster` says how large and where; `sink` and `gather` bring the frames of a sound or of a spectrogram to it. Nothing
here knows Matplotlib, colours or words.
"""
