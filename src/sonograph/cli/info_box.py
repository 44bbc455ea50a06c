"""`sonograph info --box`: what is in a box of a spectrogram of each file, as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sonograph.errors import SettingsError
from sonograph.io.part_text import Part, part_of

if TYPE_CHECKING:
    from sonograph.sounds.source import Source

METAVAR = "FROM-TO,LOW-HIGH"
EXAMPLE = "1.2-1.9,2k-8k"
TOLD = ("channel", "start", "end", "low", "high", "missing")
"""What is told in words of its own."""


def parsed(text: str | None) -> Part | None:
    """The box that was asked for.

    Raises
    ------
    SettingsError
        It is none.
    """
    if text is None:
        return None
    if not text:
        raise SettingsError(f"--box is empty; it must be {METAVAR}, as {EXAMPLE}")
    return part_of(text, "--box", EXAMPLE)


def facts(file: str, sound: Source, box: Part | None) -> dict[str, Any]:
    """What is in the box of each channel, ready for JSON; nothing where none was asked for.

    Raises
    ------
    SettingsError
        A box that is not within the sound.
    """
    if box is None:
        return {}
    from sonograph.analysis.boxes import measure_box
    from sonograph.io.status import shown

    try:
        found = [measure_box(sound, seconds=box.seconds, hertz=box.hertz, channel=i) for i in range(sound.n_channels)]
    except SettingsError as error:
        raise SettingsError(f"{shown(file)}: {error}") from None
    return {"box": [{"channel": one.channel, **one.to_dict()} for one in found]}


def lines(boxes: list[dict[str, Any]]) -> list[str]:
    """The same for people."""
    first = boxes[0]
    rows = [f"  {'box':<12}{_span(first['start'], first['end'])} × {_span(first['low'], first['high'])}"]
    for box in boxes:
        rows += [f"  channel {box['channel']}"] if len(boxes) > 1 else []
        rows += [_line(one) for name, one in box.items() if name not in TOLD]
        if box["missing"]["value"]:
            rows.append(f"    {box['missing']['value']:.1%} of its samples are missing")
    return rows


def _line(one: dict[str, Any]) -> str:
    value = one["value"]
    if value is None:
        return f"    {one['label']:<18}none"
    digits = {"s": 4, "Hz": 1}.get(one["unit"], 2)
    label = one["label"].removesuffix(f" ({one['unit']})").removesuffix(" (dB)")
    return f"    {label:<18}{value:.{digits}f} {one['unit']}"


def _span(first: dict[str, Any], last: dict[str, Any]) -> str:
    return f"{first['value']:.12g}–{last['value']:.12g} {first['unit']}"
