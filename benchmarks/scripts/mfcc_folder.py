"""MFCC of a folder with librosa, as people write it: a pool of two, one array at the end."""

import sys
from multiprocessing import Pool
from pathlib import Path

import numpy as np


def mfcc(path):
    """(frames, coefficients) of one file."""
    import librosa

    samples, rate = librosa.load(path, sr=None)
    return librosa.feature.mfcc(y=samples, sr=rate).T


if __name__ == "__main__":
    files = sorted(Path(sys.argv[1]).glob("*.wav"))
    with Pool(2) as pool:
        parts = pool.map(mfcc, files, chunksize=32)
    np.savez(sys.argv[2], values=np.concatenate(parts), files=[str(file) for file in files])
