"""The same job by other libraries. Each function makes callables; a library that is not here is named and left out."""

import importlib.util

import numpy as np

BLOCK = 1 << 18  # bytes of frames at a time in the loops around FFT libraries: what was fastest for all of them


def here(*names):
    """Whether all these packages can be imported."""
    return all(importlib.util.find_spec(name) for name in names)


def missing():
    """Names of the peers that are not installed."""
    return [n for n in ("librosa", "torch", "pyfftw", "mkl_fft", "matplotlib", "scipy") if not here(n)]


def fft_libraries(threads):
    """{name: rfft(frames, n_fft) -> spectra} of the libraries that transform rows."""
    import scipy.fft

    found = {"scipy.fft loop": lambda rows, n: scipy.fft.rfft(rows, n, axis=1)}
    if here("mkl_fft"):
        import mkl_fft

        found["mkl_fft loop"] = lambda rows, n: mkl_fft.rfft(rows, n, axis=1)
    if here("pyfftw"):
        import pyfftw

        plans = {}

        def fftw(rows, n):
            key = (rows.shape, rows.dtype)
            if key not in plans:
                scratch = pyfftw.empty_aligned(rows.shape, rows.dtype)
                plans[key] = pyfftw.builders.rfft(scratch, n, axis=1, threads=1, planner_effort="FFTW_MEASURE")
            return plans[key](rows)

        found["pyfftw loop"] = fftw
    return found


def frames_of(x, n, hop):
    return np.lib.stride_tricks.sliding_window_view(x, n)[::hop]


def loop(rfft, x, use, after):
    """A cache-sized loop around an FFT library: after(spectra, first frame) keeps what is wanted."""
    cut = frames_of(x, use.window_length, use.hop)
    w = np.hanning(use.window_length + 1)[:-1].astype(x.dtype)
    step = max(1, BLOCK // (use.n_fft * x.itemsize))
    scratch = np.empty((step, use.window_length), x.dtype)
    for first in range(0, len(cut), step):
        rows = cut[first : first + step]
        weighed = np.multiply(rows, w, out=scratch[: len(rows)])
        after(rfft(weighed, use.n_fft), first)


def power(x, use, threads):
    """Power of every frame."""
    ways = {}
    count = 1 + (len(x) - use.window_length) // use.hop
    for name, rfft in fft_libraries(threads).items():

        def one(rfft=rfft):
            out = np.empty((count, use.n_fft // 2 + 1), x.dtype)

            def keep(spectra, first):
                part = out[first : first + len(spectra)]
                np.multiply(spectra.real, spectra.real, out=part)
                part += spectra.imag * spectra.imag

            loop(rfft, x, use, keep)
            return out

        ways[name] = one
    if here("librosa"):
        import librosa

        ways["librosa.stft, abs²"] = lambda: (
            np.abs(librosa.stft(x, n_fft=use.n_fft, win_length=use.window_length, hop_length=use.hop, center=False))
            ** 2
        )
    if here("torch"):
        import torch

        w = torch.hann_window(use.window_length)
        t = torch.from_numpy(x)
        ways["torch.stft, abs²"] = lambda: (
            torch.stft(t, use.n_fft, use.hop, use.window_length, w, center=False, return_complex=True).abs() ** 2
        )
    import scipy.signal

    options = {"nperseg": use.window_length, "noverlap": use.window_length - use.hop, "nfft": use.n_fft}
    ways["scipy.signal.spectrogram"] = lambda: scipy.signal.spectrogram(
        x, use.rate, "hann", detrend=False, scaling="spectrum", **options
    )[2]
    short = scipy.signal.ShortTimeFFT(
        scipy.signal.get_window("hann", use.window_length).astype(x.dtype), use.hop, use.rate, mfft=use.n_fft
    )
    ways["ShortTimeFFT.spectrogram"] = lambda: short.spectrogram(x)
    from matplotlib import mlab

    ways["matplotlib.mlab.specgram"] = lambda: mlab.specgram(
        x, use.window_length, use.rate, noverlap=use.window_length - use.hop, pad_to=use.n_fft
    )[0]
    return ways


def transform(x, use):
    """The complex transform of every frame."""
    ways = {}
    if here("librosa"):
        import librosa

        ways["librosa.stft"] = lambda: librosa.stft(
            x, n_fft=use.n_fft, win_length=use.window_length, hop_length=use.hop, center=False
        )
    if here("torch"):
        import torch

        w = torch.hann_window(use.window_length)
        t = torch.from_numpy(x)
        ways["torch.stft"] = lambda: torch.stft(
            t, use.n_fft, use.hop, use.window_length, w, center=False, return_complex=True
        )
    return ways


def log_mel(x, use, weights):
    """Decibels of mel bands: weights (bands, bins)."""
    ways = {}
    weights = weights.astype(x.dtype)
    if here("librosa"):
        import librosa

        def with_librosa():
            p = np.abs(librosa.stft(x, n_fft=use.n_fft, win_length=use.window_length, hop_length=use.hop, center=False))
            return librosa.power_to_db(np.einsum("ft,mf->mt", p**2, weights, optimize=True), top_db=None)

        ways["librosa"] = with_librosa
    if here("torch"):
        import torch

        w, t, m = torch.hann_window(use.window_length), torch.from_numpy(x), torch.from_numpy(weights)

        def with_torch():
            s = torch.stft(t, use.n_fft, use.hop, use.window_length, w, center=False, return_complex=True)
            return 10 * torch.log10(torch.clamp(m @ (s.abs() ** 2), min=1e-10))

        ways["torch"] = with_torch
    count = 1 + (len(x) - use.window_length) // use.hop
    across = np.ascontiguousarray(weights.T)
    for name, rfft in fft_libraries(1).items():

        def one(rfft=rfft):
            out = np.empty((count, len(weights)), x.dtype)

            def keep(spectra, first):
                p = spectra.real**2
                p += spectra.imag**2
                part = out[first : first + len(spectra)]
                np.matmul(p, across, out=part)
                np.log10(np.maximum(part, x.dtype.type(1e-10), out=part), out=part)
                part *= 10

            loop(rfft, x, use, keep)
            return out

        ways[f"{name}, BLAS"] = one
    return ways
