"""The files of an archive as zarr reads them: whole, or in ranges, as the index of a shard and its chunks are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, Store, SuffixByteRequest
from zarr.core.buffer import Buffer, BufferPrototype, default_buffer_prototype

from sonograph.archive.stores.files import Files


class ZarrFiles(Store):
    """A store that is read and never written; what is in it, whoever reads knows."""

    supports_writes = False
    supports_deletes = False
    supports_listing = False

    def __init__(self, files: Files) -> None:
        super().__init__(read_only=True)
        self._files = files

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ZarrFiles) and other._files.at == self._files.at

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return str(self._files.at)

    def with_read_only(self, read_only: bool = False) -> ZarrFiles:
        """Itself."""
        return self

    async def get(
        self, key: str, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """A file, or a range of it; None where there is none."""
        start, length = _range(byte_range)
        try:
            data = await asyncio.to_thread(self._files.read, key, start, length)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        return (prototype or default_buffer_prototype()).buffer.from_bytes(data)

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        """Several."""
        return list(await asyncio.gather(*(self.get(key, prototype, one) for key, one in key_ranges)))

    async def exists(self, key: str) -> bool:
        """Whether there is one."""
        return self._files.stamp(key) is not None

    async def set(self, key: str, value: Buffer) -> None:
        """Not here."""
        raise NotImplementedError

    async def delete(self, key: str) -> None:
        """Not here."""
        raise NotImplementedError

    def list(self) -> AsyncIterator[str]:
        """Not here."""
        raise NotImplementedError

    def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """Not here."""
        raise NotImplementedError

    def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """Not here."""
        raise NotImplementedError


def _range(byte_range: ByteRequest | None) -> tuple[int, int | None]:
    match byte_range:
        case RangeByteRequest(start, end):
            return start, end - start
        case OffsetByteRequest(offset):
            return offset, None
        case SuffixByteRequest(suffix):
            return -suffix, None
    return 0, None
