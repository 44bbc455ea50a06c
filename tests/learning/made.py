"""Small folders of sounds in classes that can be told apart, quick to learn."""

import numpy as np
import soundfile

RATE = 8000


def sound(label, seed, seconds=0.4, rate=RATE):
    """A hiss, a low tone that beats, or a sweep; each of its own pitch and loudness, in noise."""
    random = np.random.default_rng([seed, sum(map(ord, label))])
    t = np.arange(int(seconds * rate)) / rate
    if label == "hiss":
        x = random.standard_normal(len(t))
    elif label == "hum":
        x = np.sin(2 * np.pi * random.uniform(80, 200) * t) * (1 + np.sin(2 * np.pi * random.uniform(8, 12) * t))
    else:
        x = np.sin(2 * np.pi * (random.uniform(300, 500) * t + 1500 * t**2))
    return (random.uniform(0.1, 0.4) * x + 0.003 * random.standard_normal(len(t))).astype(np.float32)


def folder(path, labels=("hiss", "hum", "sweep"), count=6, **more):
    """A folder for each label, `count` files in each."""
    for label in labels:
        (path / label).mkdir(parents=True)
        for seed in range(count):
            soundfile.write(path / label / f"{seed}.wav", sound(label, seed, **more), more.get("rate", RATE))
    return path
