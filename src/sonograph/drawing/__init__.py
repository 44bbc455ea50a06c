"""From a file, a sound or a spectrogram to a picture: what is drawn, its name and lines, and where it is shown."""
