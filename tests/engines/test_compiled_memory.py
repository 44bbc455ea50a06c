"""Kernels in a process whose memory is full of holes."""

import gc
import subprocess
import sys
import weakref

import pytest

from sonograph.engines.compiled import build

# A wall of 6 GB with small holes near its top: code fits only below it, its constants fit above.
WALL = """
import ctypes, mmap
import numpy as np
from sonograph.engines import Work
from sonograph.engines.compiled import Compiled, build

GB, PAGE, NO_RESERVE = 1 << 30, 4096, 0x4000
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]

def reserved(size):
    return libc.mmap(None, size, 0, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NO_RESERVE, -1, 0)

build.unable()  # LLVM is loaded before the wall stands
wall = reserved(6 * GB)
for size in [1 << 20, 1 << 18, 1 << 16, 1 << 14, PAGE]:
    while (hole := reserved(size)) > wall:
        pass
    libc.munmap(hole, size)
for k in range(64):
    libc.munmap(wall + 6 * GB - 2 * (2 * k + 1) * PAGE, 2 * PAGE)
for n in (256, 360, 512, 1024):
    out = np.empty((1, 4, n // 2 + 1))
    Compiled(threads=1).compute(np.ones((1, 4 * n)), Work(np.ones(n), n, n), out)
    assert np.isclose(out[0, :, 0], n**2).all(), out[0, :, 0]
print("ran")
"""


@pytest.mark.skipif(sys.platform != "linux" or build.unable() is not None, reason="places memory as Linux does")
def test_code_and_constants_lie_within_reach_of_each_other():
    done = subprocess.run([sys.executable, "-c", WALL], capture_output=True, text=True)
    assert done.stdout == "ran\n", done.stderr[-2000:]


@pytest.mark.skipif(build.unable() is not None, reason="nothing can be compiled here")
def test_a_function_keeps_the_code_that_it_calls():
    """Of two threads that load the same at once each has its own, and a cache keeps one of them."""
    text = "define void @nothing(i64 %n) {\n  ret void\n}\n@_fltused = constant i32 1\n"
    loaded = build.Loaded(build.object_of(text, build.host()))
    function, code = loaded.function("nothing", "i"), weakref.ref(loaded)
    del loaded
    gc.collect()
    assert code() is not None
    function(1)
    del function
    gc.collect()
    assert code() is None
