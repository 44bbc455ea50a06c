"""The file itself, whole or in parts (V-05)."""

import pytest

from sonograph.web.originals import part_of


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        (None, 200, slice(0, None)),
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=-10", 206, slice(-10, None)),
        ("bytes=990-2000", 206, slice(990, None)),
        ("bytes=500-", 206, slice(500, None)),
        ("bytes=1000-", 416, None),
        ("bytes=5-1", 400, None),
        ("bytes=abc", 400, None),
        ("abc", 400, None),
        (f"bytes=0-{2**64}", 206, slice(0, None)),
        (f"bytes={2**64}-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=" + ",".join(f"{i}-{i}" for i in range(2000)), 200, slice(0, None)),
    ],
)
def test_a_part_of_a_file_is_that_slice_of_it(client, ids, sounds, header, status, part):
    path = sounds / "tone.wav"
    path.write_bytes(path.read_bytes()[:1000])
    answer = client.get(f"/file/{ids['tone.wav']}", headers={} if header is None else {"Range": header})
    assert answer.status_code == status
    assert answer.content == (b"" if part is None else path.read_bytes()[part])
    if status == 206:
        first = (part.start + 1000) % 1000
        assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/1000"
    if status == 416:
        assert answer.headers["content-range"] == "bytes */1000"


def test_a_part_is_of_the_same_file_or_it_is_all_of_it(client, ids, sounds):
    whole = (sounds / "tone.wav").read_bytes()
    tag = client.get(f"/file/{ids['tone.wav']}").headers["etag"]
    parts = [
        client.get(f"/file/{ids['tone.wav']}", headers={"Range": "bytes=0-9", "If-Range": given}).content
        for given in (tag, '"another"')
    ]
    assert parts == [whole[:10], whole]


def test_it_is_saved_under_its_name_and_never_shown(client, ids):
    headers = client.get(f"/file/{ids['tone.wav']}").headers
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''tone.wav"
    assert headers["content-type"] == "application/octet-stream"


def test_an_empty_file_has_no_part():
    assert part_of(None, 0) is None
