"""What people write with librosa: specshow of a WAV."""

import sys

import librosa
import librosa.display
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

samples, rate = librosa.load(sys.argv[1], sr=None)
level = librosa.amplitude_to_db(np.abs(librosa.stft(samples)), ref=np.max)
figure, axes = plt.subplots(figsize=(10, 5))
image = librosa.display.specshow(level, sr=rate, x_axis="time", y_axis="linear", ax=axes)
figure.colorbar(image, ax=axes, format="%+2.0f dB")
figure.savefig(sys.argv[2])
