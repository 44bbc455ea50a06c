"""All that one server keeps and computes: the layers of its recordings, their waveforms, and what they share."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

from sonograph import engines
from sonograph.engines import Engine
from sonograph.jobs.identity import digest
from sonograph.settings import Settings
from sonograph.sounds.derived import checked_source
from sonograph.sounds.source import Source
from sonograph.web.disk import Disk
from sonograph.web.layer import Layer as Layer
from sonograph.web.memory import Memory
from sonograph.web.stamps import changes_when_it_grows, is_current, name_of
from sonograph.web.store import Store
from sonograph.web.wave_tiles import Waves as Waves
from sonograph.web.work import Cancelled as Cancelled
from sonograph.web.work import Workers


class Tiles:
    """All tiles that one server gives out. Any thread may ask.

    cache        : a folder for what is kept on disk; None for none
    cache_bytes  : how much is kept there; what was not used for the longest goes first
    memory_bytes : how much is kept in memory
    engine       : what computes; by default `engines.default()`
    """

    def __init__(
        self,
        *,
        cache: Path | None = None,
        cache_bytes: int = 4 << 30,
        memory_bytes: int = 256 << 20,
        engine: Engine | None = None,
    ) -> None:
        self.memory, self.workers = Memory(memory_bytes), Workers(engines.n_threads(None))
        self.disk = None if cache is None else Disk(cache, cache_bytes)
        self._engine = engines.default(threads=1) if engine is None else engine
        self._layers: dict[tuple[int, str], tuple[Source, Layer]] = {}
        self._waves: dict[int, tuple[Source, Waves]] = {}
        self._lock, self._unnamed = threading.RLock(), itertools.count()

    @property
    def problem(self) -> str:
        """Why nothing is kept on disk, in a sentence; "" where all is well."""
        return "" if self.disk is None else self.disk.problem

    def add(self, recording: Source, settings: Settings, *, name: str = "", grown_from: Layer | None = None) -> Layer:
        """A recording under settings; of the same ones the same layer.

        Parameters
        ----------
        recording
            Read from many threads, and not closed before its layers are.
        settings
            Of a power over frequency, or of its level.
        name
            A name for the recording as it is, how it is opened and calibrated, under which its tiles are kept on disk;
            by default one of its path, its size and its time. A sound in memory is not kept.
        grown_from
            The layer of the same settings when the recording was shorter: what was computed of it and stays is taken
            over.

        Raises
        ------
        SettingsError
            Settings that this recording cannot have, that need the whole sound for a frame, or that give no power.
        """
        key = id(recording), settings.digest
        with self._lock:
            if key not in self._layers:
                source, waves = checked_source(recording, iq=True), self.waves(recording, name)

                def room(layer_digest: str) -> Store:
                    if grown_from is not None and not changes_when_it_grows(source):
                        return Store(grown_from.room, self.memory, self.disk, lambda: is_current(source))
                    return self._store(source, name, layer_digest)

                if grown_from is not None:
                    self._take_over(waves, grown_from.recording)
                layer = Layer(source, settings, self._engine, self.workers, room, waves.hear, self._closed)
                self._layers[key] = recording, layer
            return self._layers[key][1]

    def waves(self, recording: Source, name: str = "") -> Waves:
        """The waveform of a recording; of the same one the same. `name` as for `add`."""
        with self._lock:
            if id(recording) not in self._waves:
                source = checked_source(recording, iq=True)
                waves = Waves(source, self._store(source, name, "waves"), self.workers)
                self._waves[id(recording)] = recording, waves
            return self._waves[id(recording)][1]

    def forget(self, recording: Source) -> None:
        """Compute no more of a recording, and let go of it: it may be closed once what is being computed has ended."""
        with self._lock:
            for layer in [layer for source, layer in self._layers.values() if source is recording]:
                layer.close()
            _, waves = self._waves.pop(id(recording), (None, None))
            if waves is not None:
                waves.close()

    def rest(self) -> None:
        """To be called now and then: nothing is held for nobody."""
        self.memory.rest()

    def close(self) -> None:
        """Let go of all recordings, and end the threads."""
        with self._lock:
            for recording, _ in [*self._layers.values(), *self._waves.values()]:
                self.forget(recording)
        self.workers.close()

    def _closed(self, closed: Layer) -> None:
        """Let go of a layer, and with the last one of its recording."""
        with self._lock:
            for key, (recording, layer) in list(self._layers.items()):
                if layer is closed:
                    del self._layers[key]
                    if key[0] not in {other for other, _ in self._layers}:
                        self.forget(recording)
            if closed.room not in {layer.room for _, layer in self._layers.values()}:
                self.memory.forget(closed.room)

    def _take_over(self, waves: Waves, shorter: Source) -> None:
        for _, before in self._waves.values():
            if before.recording is shorter and not changes_when_it_grows(shorter):
                waves.take_over(before)

    def _store(self, source: Source, name: str, what: str) -> Store:
        known = name or name_of(source)
        room = digest(known or f"memory {next(self._unnamed)}", what, digits=32)
        return Store(room, self.memory, self.disk if known else None, lambda: is_current(source))
