"""The correlation of detection beside scikit-maad's and its definition, for the parity table."""

from __future__ import annotations

import numpy as np

from sonograph import Signal, StftSettings, level, signals, spectrogram

RATE = 12_000.0
FRAMES = StftSettings(window_length=256, hop=64, edges="inside")


def levels(samples: np.ndarray) -> np.ndarray:
    return level(spectrogram(Signal(samples, RATE), FRAMES)).values.astype(np.float32)


def heard() -> tuple[np.ndarray, np.ndarray]:
    """Levels of a sea with a call in it, and of the call as it was cut out of there: all rows of both."""
    sea = signals.sea(6.0, sample_rate=RATE).samples
    call = 0.05 * signals.call("arch", sample_rate=RATE).samples
    sea[30_000 : 30_000 + len(call)] += call
    whole = levels(sea)
    return whole, whole[:, 468:532]


def ours() -> np.ndarray:
    from sonograph.matching.detection.correlation import Shape, Stretch

    whole, template = heard()
    shape = Shape(template, slice(0, len(whole)), True, 0.0)
    shape.take(template[None].astype(float), 2048)
    return Stretch(whole, np.zeros(whole.shape[1], bool), 2048, whole.shape[1]).scores(shape)[0]


def loops() -> np.ndarray:
    whole, template = heard()
    n = whole.shape[1] - template.shape[1] + 1
    each = [np.corrcoef(whole[:, i : i + template.shape[1]].ravel(), template.ravel())[0, 1] for i in range(n)]
    return np.array(each)


def cases(case, library):
    """All of them."""

    def maad() -> np.ndarray:
        rois = library("maad.rois")
        whole, template = heard()
        seconds = np.arange(whole.shape[1]) * 64 / RATE
        found, _ = rois.template_matching(
            whole.astype(float), template.astype(float), seconds, (0, seconds[-1], 0, RATE / 2), peak_th=0.5
        )
        half = template.shape[1] // 2
        return found[half : half + whole.shape[1] - template.shape[1] + 1]

    return (
        case("detect, its correlation", "its formula in loops", "formula", "1", 1e-5, lambda: (ours(), loops())),
        case("detect, its correlation", "maad.rois.template_matching", "library", "1", 1e-5, lambda: (ours(), maad())),
    )
