"""Training of the small network: seeded, with masks, gains, crops and mixtures, stopped early by sounds kept out."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from sonograph.analysis.summaries.excerpt import N_FRAMES, N_ROWS
from sonograph.errors import MissingExtra

try:
    import torch
except ImportError as error:
    raise MissingExtra("training a network needs Torch: pip install '.[torch]'") from error

from torch import nn

from sonograph.jobs.guard import alive
from sonograph.learning.folds import new_folds
from sonograph.learning.network_arrays import CHANNELS, UNHEARD
from sonograph.learning.torch.augment import mask_frequency, mask_time

EPOCHS, PATIENCE = 40, 12
"""At most; and those without a gain on the sounds kept out, after which it ends."""
BATCH, STEPS = 32, 8
"""Sounds of a step; steps of an epoch at the least."""
RATE, DECAY, DROPOUT, SMOOTHING, MIXING = 4e-3, 1e-2, 0.4, 0.05, 0.3
CROP = 128
"""Frames of a step's excerpts."""
WIDEST, LONGEST, GAIN = 8, 12, 0.3
"""Of the masks, bands and frames; of the gain, its deviation in the unit of excerpts."""


class Network(nn.Module):
    """Scores of excerpts: (sounds, 1, bands, frames) -> (sounds, classes)."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(_block(i, o) for i, o in itertools.pairwise(CHANNELS)))
        self.dense = nn.Linear(2 * CHANNELS[-1], n_classes)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores."""
        h = self.blocks(x).mean(dim=2)
        scores: torch.Tensor = self.dense(self.dropout(torch.cat([h.mean(dim=2), h.amax(dim=2)], dim=1)))
        return scores


def fit(rows: np.ndarray, y: np.ndarray, n_classes: int, together: np.ndarray, seed: int = 0) -> dict[str, np.ndarray]:
    """The arrays of a network trained on excerpts (sounds, 64 * 256); the same for the same seed on one machine.

    A fold of the sounds, those together on one side, is kept out: the network is that of the epoch that names them
    best. Where a class has no others, none is kept out and the last epoch counts.
    """
    present = np.unique(y)
    x = torch.from_numpy(rows.reshape(-1, 1, N_ROWS, N_FRAMES).astype(np.float32))
    of = torch.from_numpy(np.searchsorted(present, y))
    inner = new_folds(y, np.unique(together, return_inverse=True)[1], seed=seed)
    rest, kept_out = np.flatnonzero(inner != 0), np.flatnonzero(inner == 0)
    if len(set(y[rest])) < len(present) or not len(kept_out):
        rest, kept_out = np.arange(len(y)), kept_out[:0]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = Network(len(present))
        _train(net, x, of, rest, kept_out, np.random.default_rng(seed))
    return arrays_of(net, present, n_classes)


def arrays_of(net: Network, present: np.ndarray, n_classes: int) -> dict[str, np.ndarray]:
    """A network as arrays, with each normalisation folded into its convolution."""
    found = {}
    for k, block in enumerate(net.blocks, 1):
        convolution, norm = block[0], block[1]
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        found[f"weights_{k}"] = (convolution.weight * scale[:, None, None, None]).detach().numpy()
        found[f"bias_{k}"] = (norm.bias - norm.running_mean * scale).detach().numpy()
    found["dense"] = np.zeros((n_classes, 2 * CHANNELS[-1]), np.float32)
    found["dense_bias"] = np.full(n_classes, UNHEARD, np.float32)
    found["dense"][present] = net.dense.weight.detach().numpy()
    found["dense_bias"][present] = net.dense.bias.detach().numpy()
    return found


def _block(n_in: int, n_out: int) -> nn.Sequential:
    convolution = nn.Conv2d(n_in, n_out, 3, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(n_out), nn.ReLU(), nn.MaxPool2d(2))


def _train(
    net: Network, x: torch.Tensor, y: torch.Tensor, rest: np.ndarray, kept_out: np.ndarray, random: np.random.Generator
) -> None:
    """Leave the network as it was when it named the sounds kept out best."""
    batch = min(BATCH, len(rest))
    steps = max(STEPS, len(rest) // batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=EPOCHS * steps)
    targets = nn.functional.one_hot(y, len(net.dense.bias)).float()
    best, best_state, since = np.inf, _state(net), 0
    for _ in range(EPOCHS):
        net.train()
        order = np.concatenate([random.permutation(rest) for _ in range(-(-steps * batch // len(rest)))])
        for k in range(steps):
            alive()
            at = torch.from_numpy(order[k * batch : (k + 1) * batch])
            values, wanted = _mixed(_changed(x[at], random), targets[at], random)
            loss = nn.functional.cross_entropy(net(values), wanted, label_smoothing=SMOOTHING)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        if not len(kept_out):
            best_state = _state(net)
            continue
        now = _loss(net, x, y, kept_out)
        since += 1
        if now < best:
            best, best_state, since = now, _state(net), 0
        if since >= PATIENCE:
            break
    net.load_state_dict(best_state)
    net.eval()


def _changed(x: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """A stretch of each excerpt, louder or softer, with bands and frames blotted out."""
    first = random.integers(0, N_FRAMES - CROP + 1, len(x))
    cut = torch.stack([one[..., s : s + CROP] for one, s in zip(x, first.tolist(), strict=True)])
    cut = cut + torch.from_numpy(random.normal(0, GAIN, (len(x), 1, 1, 1)).astype(np.float32))
    seeds = random.integers(0, 2**31, len(x)).tolist()
    return mask_time(mask_frequency(cut, widest=WIDEST, seed=seeds), longest=LONGEST, seed=seeds)


def _mixed(x: torch.Tensor, y: torch.Tensor, random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Pairs of sounds, and of what is wanted, by one share (H. Zhang et al., "mixup", 2018)."""
    share, other = float(random.beta(MIXING, MIXING)), torch.from_numpy(random.permutation(len(x)))
    return share * x + (1 - share) * x[other], share * y + (1 - share) * y[other]


@torch.inference_mode()
def _loss(net: Network, x: torch.Tensor, y: torch.Tensor, at: np.ndarray) -> float:
    net.eval()
    parts = torch.from_numpy(at).split(BATCH)
    return sum(float(nn.functional.cross_entropy(net(x[i]), y[i], reduction="sum")) for i in parts) / len(at)


def _state(net: Network) -> dict[str, Any]:
    return {name: value.clone() for name, value in net.state_dict().items()}
