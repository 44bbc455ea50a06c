"""MPEG audio decoded: libsndfile is only ever sent forward, from a frame whose place is known.

Neither its seeking nor its word on the length is used. A decoder that begins at a frame needs what was before it: the
bits that the frame borrows, the overlap with the granule before, and fifteen of the filter bank's steps. So it begins
some frames early, behind frames of silence that make room for the borrowing, and what it gives of them is thrown
away. It begins where its filter bank is in the same step as one that came by: the samples are the same, bit for bit.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from sonograph.io.containers import mpeg
from sonograph.io.containers.mpeg_sounds import Sounds, Stretch, silenced
from sonograph.io.containers.mpeg_walk import EVERY
from sonograph.io.decoders.decoded import AT_ONCE
from sonograph.io.decoders.libsndfile import Decoder, Refused, version
from sonograph.io.door import OpenFile, View
from sonograph.io.status import Fault, read_error

_NEAR = 16  # frames ahead that are decoded and thrown away rather than begun anew
_FAR = 1 << 40


class MpegTrack:
    """MPEG audio whose frames were counted."""

    seekable = True
    dtype = np.dtype(np.float32)

    def __init__(self, file: OpenFile, sounds: Sounds) -> None:
        self.stretches, self.decoder = sounds.stretches, version()
        self.n_channels, self.sample_rate = sounds.frame.n_channels, float(sounds.frame.sample_rate)
        self.n_samples: int | None = sounds.n_samples
        self.ends = [stretch.end for stretch in sounds.stretches]
        self.bad: dict[int, int] = {}  # the sample of a stretch, by its number, from which on it cannot be decoded
        if self.stretches:
            self._try(file)

    def cursor(self) -> MpegCursor:
        """A reader at the first sample."""
        return MpegCursor(self)

    def _try(self, file: OpenFile) -> None:
        """Refuse what the decoder does not take, or takes for something else."""
        try:
            decoder, _ = decoding(self.stretches[0], 0)
        except Refused:
            name = self.stretches[0].frame.name
            raise file.error("codec", f"is {name} of a sort that cannot be decoded. Save it as WAV or FLAC.") from None
        found, counted = (decoder.sample_rate, decoder.n_channels), (self.sample_rate, self.n_channels)
        decoder.close()
        if found != counted:
            what = f"decodes to {found[1]} channels at {found[0]:g} Hz where its frames say {counted[1]} at "
            raise file.error("codec", what + f"{counted[0]:g} Hz. Save it as WAV or FLAC.")


def decoding(stretch: Stretch, sample: int) -> tuple[Decoder, int]:
    """A decoder that comes by a sample of a stretch, and how many samples it gives before it.

    Raises
    ------
    Refused
        The decoder takes it for something else.
    OSError
        The disk does not give it.
    """
    n = stretch.frame.n_samples
    number = start = max(0, sample // n - 2) // EVERY
    least = mpeg.reservoir(stretch.frame)
    spare = EVERY * (4 + stretch.frame.side + 2)
    while start > 0 and int(stretch.offsets[number] - stretch.offsets[start]) - (number - start) * spare < least:
        start -= 1
    head, _ = silenced(stretch, start, stretch.n_frames - start * EVERY)
    silence, n_silent = _silence(stretch)
    first = int(stretch.offsets[start]) + len(head)
    view = _Endless(stretch.file, first, stretch.stop, silence + head)
    try:
        decoder = Decoder(view, "float32")
    except Refused:
        if view.broken is not None:
            raise view.broken from None
        raise
    return decoder, sample + (n_silent - start * EVERY) * n


def _silence(stretch: Stretch) -> tuple[bytes, int]:
    """Frames of silence with room for all bits that a frame can borrow, and how many they are.

    So many that the filter bank has gone round, 16 steps of 32 samples.
    """
    head = bytearray(stretch.frame.head)
    head[1] |= 1  # no checksum
    if stretch.frame.side or not head[2] >> 4:
        head[2] = head[2] & 0x0D | 0xE0 if stretch.frame.side else head[2] & 0x0D | 0x80
    frame = mpeg.frame_at(bytes(head)) or stretch.frame
    count = 1
    while count * frame.n_samples % 512:
        count += 1
    return (bytes(head) + bytes(frame.length - 4)) * count, count


class _Endless(View):
    """A view that says it is longer than it is: what says how long the sound is is taken to cut it off there.

    The last bytes that it claims to have are zeros, as a tag is looked for there.
    """

    def __init__(self, file: OpenFile, first: int, stop: int, before: bytes) -> None:
        super().__init__(file, first, stop, before)
        self.true = self.length
        self.length += _FAR

    def read(self, count: int = -1) -> bytes:
        """The next bytes."""
        if self.position >= self.true:
            far = self.position >= self.length - 128
            data = bytes(min(count, self.length - self.position)) if far and count > 0 else b""
            self.position += len(data)
            return data
        return super().read(min(count, self.true - self.position) if count >= 0 else self.true - self.position)


class MpegCursor:
    """A place in MPEG audio."""

    def __init__(self, track: MpegTrack) -> None:
        self.track, self.position = track, 0
        self.faults: list[Fault] = []
        self._decoder: Decoder | None = None
        self._decodes, self._next = -1, 0  # the number of the stretch, and the sample of the whole that comes next

    def seek(self, sample: int) -> None:
        """Go to a sample; the decoder follows when it is read."""
        self.position = sample

    def read(self, count: int) -> np.ndarray:
        """The next samples (channels, n): NaN where they are missing, fewer at the end or where the disk fails."""
        track = self.track
        count = max(0, min(count, (track.n_samples or 0) - self.position))
        out = np.full((track.n_channels, count), np.nan, track.dtype)
        done = 0
        while done < count:
            number = bisect_right(track.ends, self.position)
            if number == len(track.stretches):
                step = count - done
            elif self.position < track.stretches[number].start:
                step = min(count - done, track.stretches[number].start - self.position)
            else:
                step = min(count - done, track.stretches[number].end - self.position)
                samples = self._decode(number, step)
                out[:, done : done + samples.shape[1]] = samples
                if self.faults and self.faults[-1].reason == "read-error":
                    self.position += samples.shape[1]
                    return out[:, : done + samples.shape[1]]
            self.position, done = self.position + step, done + step
        return out

    def close(self) -> None:
        """Let go of the decoder."""
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None

    def _decode(self, number: int, count: int) -> np.ndarray:
        """The next samples of a stretch, fewer where it cannot be decoded or the disk fails."""
        stretch, bad = self.track.stretches[number], self.track.bad.get(number)
        if bad is not None:
            count = max(0, min(count, bad - self.position))
        decoder = self._go_to(number, stretch) if count else None
        if decoder is None:
            return np.empty((self.track.n_channels, 0), self.track.dtype)
        samples = decoder.read(count)
        self._next += samples.shape[1]
        if decoder.broken is not None:
            self._fails(decoder.broken)
        elif samples.shape[1] < count:
            self._comes_short(number)
        elif self._next == stretch.end and bad is None:
            self._compare(decoder, stretch)
        return samples

    def _go_to(self, number: int, stretch: Stretch) -> Decoder | None:
        """A decoder whose next sample is the one at `position`; None where that is not possible."""
        ahead = self.position - self._next
        if self._decoder is None or self._decodes != number or not 0 <= ahead <= _NEAR * stretch.frame.n_samples:
            self.close()
            self._decodes, self._next = number, self.position
            try:
                self._decoder, ahead = decoding(stretch, self.position - stretch.first)
            except Refused:
                self._comes_short(number)
                return None
        decoder, self._next = self._decoder, self.position
        while ahead > 0:
            got = len(decoder.rows(min(ahead, AT_ONCE)))
            ahead -= got
            if decoder.broken is not None:
                self._fails(decoder.broken)
                return None
            if not got:
                self._comes_short(number)
                return None
        return decoder

    def _compare(self, decoder: Decoder, stretch: Stretch) -> None:
        """Hold what is decoded behind the last sample against what was counted."""
        rest = stretch.first + stretch.n_frames * stretch.frame.n_samples - stretch.end
        over = len(decoder.rows(rest + 1))
        self.close()
        if over != rest and decoder.broken is None:
            found = "more" if over > rest else f"{rest - over:,} fewer"
            self._note("sample-count", f"decodes to {found} samples than its frames hold")

    def _comes_short(self, number: int) -> None:
        self.track.bad[number] = min(self.track.bad.get(number, self._next), self._next)
        self.close()
        self._note("decoder", f"cannot be decoded from sample {self._next:,} on")

    def _fails(self, broken: OSError) -> None:
        self.close()
        self.faults.append(read_error(self._next, broken))

    def _note(self, reason: str, what: str) -> None:
        if not any(fault.reason == reason for fault in self.faults):
            what = f"{what}. The rest was used; copy the file again from the original."
            self.faults.append(Fault("partial", reason, what))
