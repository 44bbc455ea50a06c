"""What a preset is, a type checker knows."""

import sonograph as sg

bands: int = sg.preset("kaldi.fbank").but(n_bands=80).of.of.hop
coefficients: int = sg.preset("librosa.mfcc").n_coefficients
name: str = "whisper.80"
rows: int | None = sg.preset(name).but(n_bands=128).n_rows
print(sg.preset("librosa.mfcc").nonsense)  # type: ignore[attr-defined]  # as above
