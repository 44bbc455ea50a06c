"""Reading a file reaches no other file and no host, as the system itself sees it."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.io import damaged

READER = """
import contextlib, os, sys
from sonograph.io.examine import examine
for path in sys.argv[2:]:
    examine(path)  # so that all that reading needs is loaded
with contextlib.suppress(OSError):
    os.open("begin-here", os.O_RDONLY)
for path in sys.argv[2:]:
    assert examine(path).word == sys.argv[1], path
with contextlib.suppress(OSError):
    os.open("end-here", os.O_RDONLY)
"""
FORKS = {"/..namedfork/rsrc", "._", ".AppleDouble/"}  # libsndfile looks for the Macintosh side of a file without a name
LISTS = {
    "hls.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nbait.mp3\n#EXT-X-ENDLIST\n",
    "hls.wav": "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n",
    "concat.wav": "ffconcat version 1.0\nfile bait.mp3\n",
    "concat.mp3": "ffconcat version 1.0\nfile '/etc/passwd'\n",
    "sdp.mp3": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
    "svg.wav": '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "mpd.mp3": '<?xml version="1.0"?><MPD><BaseURL>bait.mp3</BaseURL></MPD>',
}


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not there")
@pytest.mark.parametrize("word", ["failed", "ok"])
def test_no_other_file_is_opened_and_no_host_is_called(tmp_path, word):
    if word == "failed":
        files = {name: text.encode() for name, text in LISTS.items()}
        (tmp_path / "bait.mp3").write_bytes(damaged.encoded(damaged.sound(), "MP3"))
    else:
        files = {case.name: case.data for case in damaged.cases() if case.expectation == "accept"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    log = tmp_path / "log"
    watch = [
        "strace",
        "-f",
        "-qq",
        "-e",
        "trace=openat,open,connect,execve,socket",
        "-o",
        str(log),
        sys.executable,
        "-c",
    ]
    done = subprocess.run([*watch, READER, word, *files], cwd=tmp_path, capture_output=True, text=True)
    if "ptrace" in done.stderr or "PTRACE" in done.stderr:
        pytest.skip("strace may not watch here")
    assert done.returncode == 0, done.stderr
    seen = log.read_text().split("begin-here")[1].split("end-here")[0]
    opened = set(re.findall(r'open(?:at)?\([^"]*"([^"]*)"', seen))
    beside = {f"{name}.toml" for name in files} | {"calibration.toml"}
    assert opened <= set(files) | beside | FORKS | {"end-here"} and opened >= set(files)
    assert "connect(" not in seen and "execve(" not in seen and "socket(" not in seen
