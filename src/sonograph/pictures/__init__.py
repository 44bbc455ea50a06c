"""From a sound or a spectrogram to a picture of it.

The numbers become pixels first (`raster`), in bounded memory and by the maximum, so that a click is never lost;
Matplotlib then adds axes, words and a colour bar, and never sees the whole matrix.
"""
