"""What other libraries call our settings: said to whoever types their names."""

from __future__ import annotations

ELSEWHERE = {
    "hop_length": "hop",
    "frame_shift": "hop",
    "noverlap": "hop, window_length - noverlap",
    "overlap": "hop, window_length - overlap",
    "win_length": "window_length",
    "frame_length": "window_length",
    "nperseg": "window_length",
    "nfft": "n_fft",
    "mfft": "n_fft",
    "center": 'edges, "zeros" or "reflect" where center is True and "inside" where it is not',
    "pad_mode": "edges",
    "snip_edges": 'edges, "inside" where snip_edges is True and "kaldi" where it is not',
    "detrend": "remove_dc",
    "sr": "sample_rate",
    "fs": "sample_rate",
    "n_mels": "n_bands",
    "num_mel_bins": "n_bands",
    "n_bins": "n_bands",
    "fmin": "low",
    "f_min": "low",
    "fmax": "high",
    "f_max": "high",
    "htk": 'formula, "htk" or "slaney"',
    "mel_scale": "formula",
    "n_mfcc": "n_coefficients",
    "top_db": "span, of RangeSettings",
    "bins_per_octave": "per_octave",
}
"""Their name, and ours."""
