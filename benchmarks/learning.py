"""Training: log-mel and constant-Q of batches beside others in Torch, and the Dataset beside decoding alone.

Prints Markdown. `--device cuda` includes the copying of input and output; `--quick` for a tenth of the sound.
"""

import argparse
import os
import platform
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import torch

try:  # a peer where it is installed: pip install --no-deps nnAudio
    from nnAudio import features as nn_audio
except ImportError:
    nn_audio = None

import sonograph
from benchmarks.timing import in_turns, table
from sonograph import BandSettings, LevelSettings, Signal, StftSettings, engines, spectrogram
from sonograph.engines.torch import Torch
from sonograph.filterbanks import filters_of
from sonograph.learning import SoundDataset, SpectrogramModule, Windows
from sonograph.settings import ConstantQSettings, MelBank

RATE = 16_000
MEL = BandSettings(
    of=StftSettings(window_length=400, hop=160, n_fft=512, edges="reflect", scaling="raw"),
    bands=MelBank(n_bands=80, formula="htk", norm="none", empty="zero"),
)
LOG_MEL = LevelSettings(of=MEL, reference=1.0, floor=-100.0)


class Composed(torch.nn.Module):
    """What torchaudio's MelSpectrogram and AmplitudeToDB do, line by line (torchaudio 2, functional.py).

    torchaudio itself does not import beside this Torch.
    """

    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(400))
        weights = filters_of(MEL, float(RATE)).dense(257)
        self.register_buffer("weights", torch.tensor(weights.T, dtype=torch.float32))

    def forward(self, samples):
        flat = samples.reshape(-1, samples.shape[-1])
        padded = torch.nn.functional.pad(flat, (200, 200), mode="reflect")
        # win_length 400 within n_fft 512 lies in the middle there; the work is the same
        transform = torch.stft(padded, 512, 160, 400, self.window, center=False, return_complex=True)
        power = transform.abs().pow(2.0)
        mel = torch.matmul(power.transpose(-1, -2), self.weights).transpose(-1, -2)
        return 10.0 * torch.log10(torch.clamp(mel, min=1e-10))


def log_mel(options):
    """Batches of ten-second sounds."""
    device, batch = options.device, 32
    n_batches = 1 if options.quick else 4
    rng = np.random.default_rng(0)
    batches = [torch.from_numpy(rng.standard_normal((batch, 10 * RATE), dtype=np.float32)) for _ in range(n_batches)]
    seconds = batch * 10 * n_batches
    module, composed = SpectrogramModule(LOG_MEL, RATE).to(device), Composed().to(device)
    on_device, on_cpu = Torch(device), engines.default(threads=1)

    def forward(network):
        with torch.inference_mode():
            return [network(x.to(device)).cpu() for x in batches]

    def gradient(network):
        for x in batches:
            samples = x.to(device).requires_grad_()
            network(samples).sum().backward()

    def one_by_one(engine):
        return [spectrogram(Signal(s, RATE), LOG_MEL, engine=engine).values for x in batches for s in x.numpy()]

    ways = {
        "sonograph, module": lambda: forward(module),
        "composed as torchaudio does": lambda: forward(composed),
        "sonograph, Torch engine, sound by sound": lambda: one_by_one(on_device),
        "sonograph, compiled engine, sound by sound": lambda: one_by_one(on_cpu),
        "copying in and out": lambda: [
            (x.to(device), torch.empty(batch, 80, 1001, device=device).cpu()) for x in batches
        ],
    }
    if device == "cpu":
        del ways["copying in and out"]
    title = f"Log-mel 80, batches of {batch} × 10 s at {RATE} Hz, 400/160/512, {device}"
    print(table(title, in_turns(ways, options.rounds), "sonograph, module", seconds))
    ways = {
        "sonograph, module": lambda: gradient(module),
        "composed as torchaudio does": lambda: gradient(composed),
    }
    title = f"The same and its gradient, {device}"
    print(table(title, in_turns(ways, options.rounds), "sonograph, module", seconds))


def constant_q(options):
    """84 bands of batches of ten-second sounds."""
    rate, batch = 22_050, 8
    samples = torch.from_numpy(np.random.default_rng(0).standard_normal((batch, 10 * rate), dtype=np.float32))
    settings = ConstantQSettings.for_rate(rate, quantity="magnitude", scaling="raw")
    networks = {"sonograph, module": SpectrogramModule(settings, rate)}
    if nn_audio is not None:
        of = {"sr": rate, "hop_length": 512, "fmin": settings.low, "n_bins": 84, "verbose": False}
        networks["nnAudio, CQT1992v2"] = nn_audio.CQT1992v2(**of)
        networks["nnAudio, CQT2010v2"] = nn_audio.CQT2010v2(**of)

    def forward(network):
        with torch.inference_mode():
            return network(samples.to(options.device)).cpu()

    def gradient(network):
        network(samples.to(options.device).requires_grad_()).sum().backward()

    moved = {name: network.to(options.device) for name, network in networks.items()}
    for way, of in ((forward, ""), (gradient, " and its gradient")):
        ways = {name: lambda network=network, way=way: way(network) for name, network in moved.items()}
        title = f"Constant-Q, 84 bands{of}, a batch of {batch} × 10 s at {rate} Hz, {options.device}"
        print(table(title, in_turns(ways, options.rounds), "sonograph, module", batch * 10))


def dataset(options):
    """Every window of files, in order and at random, beside reading the files from end to end."""
    length, n_files, seconds = 4 * RATE, 4 if options.quick else 20, 60
    rng = np.random.default_rng(0)
    t = np.arange(seconds * RATE) / RATE
    for ending in ("flac", "wav"):
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder, f"{i}.{ending}") for i in range(n_files)]
            for i, path in enumerate(files):
                tone = 0.3 * np.sin(2 * np.pi * (300 + 20 * i) * t)
                soundfile.write(path, tone + 0.05 * rng.standard_normal(len(t)), RATE)
            grid = SoundDataset(files, Windows(length=length))
            crops = SoundDataset(files, Windows(length=length, random=seconds * RATE // length))

            def decoded(files=files):
                for path in files:
                    with sonograph.open(path) as source:
                        for _ in source.blocks(length):
                            pass

            def read(data):
                for i in range(len(data)):
                    data[i]

            ways = {
                "decoding alone": decoded,
                "SoundDataset, every window": lambda data=grid: read(data),
                "SoundDataset, as many random crops": lambda data=crops: read(data),
            }
            title = f"{n_files} files of {seconds} s, {ending.upper()} of 16 bit at {RATE} Hz, windows of 4 s"
            print(table(title, in_turns(ways, options.rounds), "decoding alone", n_files * seconds))


def main(arguments=None):
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sound")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--device", default="cpu", help="as Torch names it [cpu]")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},")
    print(
        f"Torch {torch.__version__} with one thread, float32, medians of {options.rounds} rounds in turns, one process."
    )
    log_mel(options)
    constant_q(options)
    dataset(options)


if __name__ == "__main__":
    main()
