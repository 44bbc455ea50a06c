"""Numbers for every frame, with all that is needed to label them truthfully; and what they would be."""

from sonograph.spectrograms.described import Rows as Rows
from sonograph.spectrograms.described import describe as describe
from sonograph.spectrograms.values import Spectrogram as Spectrogram
