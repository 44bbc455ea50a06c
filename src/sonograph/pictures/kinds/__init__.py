"""The kinds of panels, one module each: pixels of a spectrogram, a waveform, features as lines, a spectrum."""
