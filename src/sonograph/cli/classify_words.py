"""What sounds are called, for people, and what there is to say of their sample rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sonograph.learning.model import Model
    from sonograph.learning.segments import Segment


def band_warning(model: Model, rate: float) -> dict[str, str]:
    """What there is to say of a sound of a rate that the model did not hear, by kind."""
    rates = model.facts["rates"]
    if rate in rates:
        return {}
    if rate < rates[0]:
        return {
            "narrow": f"is at {rate:g} Hz and holds nothing above {rate / 2:g} Hz; the model heard sounds up to "
            f"{model.sample_rate / 2:g} Hz, so its names are guesses here"
        }
    lost = f"; what lies above {model.sample_rate / 2:g} Hz is not looked at" if rate > model.sample_rate else ""
    return {"other": f"is at {rate:g} Hz, resampled to the model's {model.sample_rate:g} Hz (soxr){lost}"}


def words_of(name: str, segments: list[Segment], windows: bool) -> list[str]:
    """What a sound is called, a name a line; `windows`: with the time of each."""
    from sonograph.cli.progress import clock

    if not segments:
        return [f"{name}: nothing but digital silence"]
    lines = []
    for one in segments:
        when = f"  {clock(one.start)} – {clock(one.end)}" if windows else ""
        lines.append(f"{name}:{when}  {one.label}  {one.probability:.0%}")
    return lines
