"""Ogg taken apart into packets and put into pages again, of any kind. (RFC 3533)"""

import struct
from dataclasses import dataclass


def _table():
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 1 << 31 else value << 1) & 0xFFFFFFFF
        table.append(value)
    return table


_TABLE = _table()


def checksum(data):
    """Ogg's."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value


@dataclass
class Packet:
    """A packet, the time that its page tells where no other ends behind it, and whether the sound ends with it."""

    data: bytes
    time: int | None = None
    is_last: bool = False


def packets_of(data):
    """The packets of a sound in Ogg."""
    packets, at, open_part = [], 0, b""
    while at < len(data):
        flags, time = data[at + 5], struct.unpack_from("<q", data, at + 6)[0]
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        at += 27 + len(lacing)
        for size in lacing:
            open_part, at = open_part + data[at : at + size], at + size
            if size < 255:
                packets.append(Packet(open_part))
                open_part = b""
        if time >= 0:
            packets[-1].time, packets[-1].is_last = time, bool(flags & 4)
    return packets


def vorbis_times(packets):
    """Packets of libvorbis, each with its time: its first mode has the small blocks, its second the large ones."""
    head = packets[0].data
    sizes, total, before = (1 << (head[28] & 15), 1 << (head[28] >> 4)), 0, 0
    for packet in packets[:3]:
        packet.time = 0
    for packet in packets[3:]:
        block = sizes[packet.data[0] >> 1 & 1]
        total, before = total + ((before + block) // 4 if before else 0), block
        packet.time = packet.time if packet.is_last else total
    return packets


def opus_times(packets, samples=960):
    """Packets of Opus of so many samples at 48 kHz, each with its time."""
    for i, packet in enumerate(packets, -1):
        packet.time = packet.time if packet.is_last else max(0, i * samples)
    return packets


def paged(packets, n_headers, *, segments=255, per_page=10**9, serial=77):
    """Packets with times in pages of at most so many segments of 255 bytes and so many packets; headers alone."""
    pages, lacing, body, time, n_packets, continued = [], [], b"", -1, 0, False

    def end(last=False):
        nonlocal lacing, body, time, n_packets, continued
        if not lacing:
            return
        flags = (1 if continued else 0) | (0 if pages else 2) | (4 if last else 0)
        head = struct.pack("<4sBBqIII", b"OggS", 0, flags, time, serial, len(pages), 0)
        page = bytearray(head + bytes([len(lacing), *lacing]) + body)
        page[22:26] = struct.pack("<I", checksum(page))
        pages.append(bytes(page))
        continued = bool(lacing) and lacing[-1] == 255
        lacing, body, time, n_packets = [], b"", -1, 0

    for i, packet in enumerate(packets):
        at, is_header = 0, i < n_headers
        while True:
            size = min(255, len(packet.data) - at)
            lacing.append(size)
            body, at = body + packet.data[at : at + size], at + size
            if size < 255:
                n_packets += 1
                time = packet.time if packet.time is not None else time
                break
            if len(lacing) == segments:
                end()
        last = i == len(packets) - 1
        if last or is_header or len(lacing) >= segments or n_packets >= per_page:
            end(last)
    return b"".join(pages)


def changed_times(data, change):
    """The same pages, with other times: `change` is given the number of each page and its time."""
    data, at, number = bytearray(data), 0, 0
    while at < len(data):
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        stop = at + 27 + len(lacing) + sum(lacing)
        time = struct.unpack_from("<q", data, at + 6)[0]
        struct.pack_into("<q", data, at + 6, change(number, time) if time > 0 else time)
        data[at + 22 : at + 26] = bytes(4)
        data[at + 22 : at + 26] = struct.pack("<I", checksum(data[at:stop]))
        at, number = stop, number + 1
    return bytes(data)


def flac_in_ogg(data, frames, **options):
    """A FLAC file, whose frames start at these bytes, in Ogg. (RFC 9639, 10.1)"""
    first = b"\x7fFLAC\1\0\0\1" + data[:4] + b"\0" + data[5:42]
    packets = [Packet(first, 0), Packet(b"\x84" + (40).to_bytes(3, "big") + struct.pack("<I32sI", 32, bytes(32), 0), 0)]
    for number, (start, stop) in enumerate(zip(frames, [*frames[1:], len(data)], strict=True), 1):
        packets.append(Packet(data[start:stop], number * 4096))
    total = int.from_bytes(data[18:26], "big") & (1 << 36) - 1
    packets[-1].time, packets[-1].is_last = total, True
    return paged(packets, 2, **options)
