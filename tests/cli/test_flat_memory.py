"""A table of a long sound takes no more memory than that of a short one, in every format."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

RATE = 8000
MEASURED = """
import json, resource, sys
from sonograph import cli
from sonograph.extract import sound
sound.IN_MEMORY = 1 << 20
code = cli.main(sys.argv[1:])
own = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")) # not that of who started it
peaks = [int(own.split()[1]) / 1024, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]
print(json.dumps([code, *peaks]))
"""


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """Five minutes and forty of silence, whose samples take no room on most disks; both are too long to be held."""
    folder = tmp_path_factory.mktemp("long")
    for name, seconds in (("short", 300), ("long", 2400)):
        with soundfile.SoundFile(folder / f"{name}.wav", "w", RATE, 1, subtype="PCM_16") as file:
            file.seek(seconds * RATE - 1)
            file.write([0.0])
    (folder / "s.toml").write_text(
        'kind = "temporal"\nfeatures = ["rms", "peak"]\n[of]\nkind = "stft"\nwindow_length = 64\nhop = 32\n'
    )
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read in /proc")
@pytest.mark.parametrize(
    ("ending", "how"),
    [*((ending, []) for ending in ("csv", "jsonl", "npz", "parquet", "zarr")), ("npz", ["--summary"])],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_memory_does_not_grow_with_the_sound(sounds, tmp_path, ending, how):
    """600,000 rows against 75,000: held as numbers of Python they would be 100 MB."""
    if ending in ("parquet", "zarr"):
        pytest.importorskip({"parquet": "pyarrow", "zarr": "zarr"}[ending])
    peaks = []
    for name in ("short", "long"):
        out = tmp_path / f"{name}.{ending}"
        command = ["features", f"{sounds}/{name}.wav", "-o", str(out), "--settings", f"{sounds}/s.toml", "-q", *how]
        done = subprocess.run([sys.executable, "-c", MEASURED, *command], capture_output=True, text=True)
        code, *here = json.loads(done.stdout)
        assert code == 0, done.stderr
        peaks.append(here)
        assert Path(out).exists()
    (parent, child), (long_parent, long_child) = peaks
    print(peaks)
    assert long_parent - parent <= 32 and long_child - child <= 32, peaks
    assert max(long_parent, long_child) <= 400, peaks
