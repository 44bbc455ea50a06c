"""What people write with Matplotlib: plt.specgram of a WAV."""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import soundfile

samples, rate = soundfile.read(sys.argv[1], dtype="float32")
plt.figure(figsize=(10, 5))
plt.specgram(samples, NFFT=2048, Fs=rate, noverlap=1536)
plt.colorbar()
plt.savefig(sys.argv[2])
