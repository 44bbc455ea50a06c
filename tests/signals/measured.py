"""Frequencies, densities and decays of samples, measured without any of our own transforms."""

import numpy as np


def line(samples, frequency, sample_rate):
    """Amplitude of the line at `frequency`, Hann-weighted: the definition of one Fourier coefficient."""
    window = np.hanning(len(samples) + 1)[:-1]
    wave = np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / sample_rate)
    return 2 * abs(np.sum(samples * window * wave)) / window.sum()


def pitch(samples, near, sample_rate):
    """Where the line near a frequency lies, Hz: the greatest amplitude, found in ever narrower steps."""
    width = 4 * sample_rate / len(samples)
    while width > 1e-5 * near:
        trials = near + np.linspace(-width, width, 21)
        near = trials[np.argmax([line(samples, f, sample_rate) for f in trials])]
        width /= 8
    return near


def cents(frequency, reference):
    return 1200 * np.log2(frequency / reference)


def density(samples, sample_rate, n=1000):
    """Averaged periodograms, one-sided, Hann-weighted, half overlapped: (frequencies, mean square per hertz)."""
    window = np.hanning(n + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(samples, n)[:: n // 2] * window
    power = 2 * np.mean(np.abs(np.fft.rfft(frames)) ** 2, axis=0) / (sample_rate * np.sum(window**2))
    return np.fft.rfftfreq(n, 1 / sample_rate)[1:-1], power[1:-1]


def moving_frequency(samples, sample_rate):
    """Frequency by the phase of the analytic signal: (times between samples, hertz), the ends left out."""
    n = len(samples)
    spectrum = np.fft.fft(samples)
    spectrum[(n + 1) // 2 :] = 0
    turns = np.diff(np.unwrap(np.angle(np.fft.ifft(spectrum)))) / (2 * np.pi)
    middle = slice(n // 10, -n // 10)
    return ((np.arange(n - 1) + 0.5) / sample_rate)[middle], (turns * sample_rate)[middle]


def fall(samples, sample_rate):
    """Decibels that a sound falls in a second: a line through the levels of tenths of it."""
    parts = np.array_split(samples, 10)
    levels = [10 * np.log10(np.mean(part**2)) for part in parts]
    return -np.polyfit(np.arange(10), levels, 1)[0] * 10 * sample_rate / len(samples)
