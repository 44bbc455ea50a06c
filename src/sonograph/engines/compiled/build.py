"""From text to a function: this machine's CPU, compiling, and the cache of compiled kernels.

A compiled kernel is code that this process will run, so the cache is a private directory: it and
every file in it must be ours alone to write, and each file begins with the hash of the rest. What is
not in order is compiled anew; where nothing can be kept, kernels live in memory only. A kernel that was
not used for a season goes when another is written.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sonograph.engines.compiled.kernel import Kind, generate

_HASH_BYTES = hashlib.sha256().digest_size
_DAY = 86_400.0  # seconds
_KEPT = 90 * _DAY


@dataclass(frozen=True)
class Target:
    """A kind of CPU, as LLVM names it."""

    triple: str
    cpu: str
    features: str
    vector_bytes: int

    @property
    def x86(self) -> bool:
        """Whether the x86 intrinsics are there."""
        return self.triple.startswith(("x86_64", "amd64"))


@lru_cache(maxsize=1)
def _llvm() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@lru_cache(maxsize=1)
def unable() -> str | None:
    """Why no kernel can be compiled on this machine; None if it can."""
    try:
        triple = _llvm().get_process_triple()
    except (ImportError, OSError) as error:
        return f"llvmlite cannot be used here ({error})"
    if not triple.startswith(("x86_64", "amd64", "aarch64", "arm64")):
        return f"it is written for x86-64 and 64-bit ARM, and this is {triple}"
    return None


@lru_cache(maxsize=1)
def host() -> Target:
    """This machine.

    AVX-512 machines are scheduled as Ice Lake: under the names of its successors (sapphirerapids,
    graniterapids, znver4) LLVM 22 makes code that is 13 % slower.
    """
    llvm = _llvm()
    features = llvm.get_host_cpu_features()
    wide = features.get("avx512f", False) and features.get("avx512dq", False)
    vector_bytes = 64 if wide else 32 if features.get("avx2", False) else 16
    name = "icelake-server" if wide else llvm.get_host_cpu_name()
    return Target(llvm.get_process_triple(), name, features.flatten(), vector_bytes)


def compile_object(shape: tuple[int, ...], kind: Kind, double: bool, target: Target) -> bytes:
    """The kernel as an object file."""
    write = generate
    if kind.goes_back:
        from sonograph.engines.compiled.inverse_kernel import generate as write
    return object_of(write(shape, kind, target.vector_bytes, double, target.x86), target)


def object_of(text: str, target: Target, *, optimise: bool = False) -> bytes:
    """A module of IR as an object file.

    The text of the engine is already what optimising passes would make of it, so it goes straight to instruction
    selection; that with variables needs them. In the small code model constants are operands instead of loads through
    64-bit addresses.
    """
    llvm = _llvm()
    reloc = "pic" if optimise else "default"  # the passes make tables of jumps, which may lie anywhere
    machine = llvm.Target.from_triple(target.triple).create_target_machine(
        cpu=target.cpu, features=target.features, opt=2, reloc=reloc, jit=True, codemodel="small"
    )
    module = llvm.parse_assembly(text)
    if optimise:
        tuning = llvm.create_pipeline_tuning_options(speed_level=2)
        tuning.loop_vectorization, tuning.slp_vectorization = True, False
        passes = llvm.create_pass_builder(machine, tuning)
        passes.getModulePassManager().run(module, passes)
    return bytes(machine.emit_object(module))


class Loaded:
    """Compiled functions in memory; calling them releases the GIL.

    llvmlite's own memory manager (lmm) keeps code and constants in one block. LLVM's may lay them over 2 GB apart where
    memory is full of holes, which the small code model cannot reach: it aborts the process.
    """

    def __init__(self, code: bytes) -> None:
        llvm = _llvm()
        machine = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(jit=True, codemodel="small")
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine, use_lmm=True)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()

    def function(self, name: str, arguments: str) -> Any:
        """A function by its name; arguments : a letter each, p for an address and i for a whole number.

        Or as they were written: 'name:ptr name:i64'.
        """
        kinds = {"i": ctypes.c_int64, "p": ctypes.c_void_p}
        if ":" in arguments:
            arguments = "".join(argument.split(":")[1][0] for argument in arguments.split())
        signature = ctypes.CFUNCTYPE(None, *(kinds[letter] for letter in arguments))
        function = signature(self._engine.get_function_address(name))
        vars(function)["code"] = self  # of two threads that load the same, one has what no cache keeps
        return function


@lru_cache(maxsize=8)
def loaded(text: str) -> Loaded:
    """A module with variables in memory: of this process, of the cache, or compiled now."""
    target = host()
    return Loaded(kept(lambda: object_of(text, target, optimise=True), text, target))


class Kernel:
    """A compiled kernel in memory; calling it releases the GIL."""

    def __init__(self, code: bytes) -> None:
        self._loaded = Loaded(code)
        self.call = self._loaded.function("kernel", "ppiiiippi")


@lru_cache(maxsize=64)
def kernel(shape: tuple[int, ...], kind: Kind, double: bool, target: Target) -> Kernel:
    """The kernel for an n_fft of these factors: of this process, of the cache, or compiled now."""
    return Kernel(kept(lambda: compile_object(shape, kind, double, target), shape, kind, double, target))


def kept(compile_now: Callable[[], bytes], *key: object) -> bytes:
    """The object that `key` stands for: of the cache, or compiled now."""
    name = _key(*key)
    directory = cache_directory()
    code = _read(directory / name) if directory else None
    if code is None:
        code = compile_now()
        if directory:
            _write(directory / name, code)
    return code


@lru_cache(maxsize=1)
def _own_source() -> bytes:
    """The hash of the files that write kernels."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).digest()


def _key(*parts: object) -> str:
    import llvmlite

    text = repr((llvmlite.__version__, *parts)).encode()
    return "kernel-" + hashlib.sha256(_own_source() + text).hexdigest()[:32]


def cache_directory() -> Path | None:
    """Where kernels are kept; None where there is no directory of ours alone."""
    try:
        directory = _platform_cache() / "sonograph"
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return directory if _is_private(directory.lstat(), stat.S_ISDIR) else None
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return None


def _platform_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))  # to be ignored if relative (XDG base directories, 0.8)
    return named if named.is_absolute() else Path.home() / ".cache"


def _is_private(status: os.stat_result, is_kind: Any) -> bool:
    """Of the right kind (so not a link), ours, and nobody else's to write. Windows guards the folder itself."""
    if not is_kind(status.st_mode):
        return False
    return sys.platform == "win32" or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _read(path: Path) -> bytes | None:
    """The object kept under a name, if it is as it was written. When it was last used is its time, to a day."""
    try:
        status = path.lstat()
        if not _is_private(status, stat.S_ISREG):
            return None
        content = path.read_bytes()
        if status.st_mtime < time.time() - _DAY:
            with contextlib.suppress(OSError):  # a disk that can only be read
                os.utime(path)
    except OSError:
        return None
    code = content[_HASH_BYTES:]
    return code if code and hashlib.sha256(code).digest() == content[:_HASH_BYTES] else None


def _write(path: Path, code: bytes) -> None:
    """Keep an object under a name: whole or not at all. A process that does the same at once does no harm."""
    temporary = path.with_name(f".{path.name}-{os.urandom(8).hex()}")
    try:
        temporary.touch(mode=0o600, exist_ok=False)
        try:
            temporary.write_bytes(hashlib.sha256(code).digest() + code)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _forget(path.parent)
    except OSError:
        return


def _forget(directory: Path) -> None:
    """Remove what was not used for long, and what processes that were killed left half written."""
    now = time.time()
    for pattern, longest in (("kernel-*", _KEPT), (".kernel-*", _DAY)):
        for path in directory.glob(pattern):
            if path.lstat().st_mtime < now - longest:
                path.unlink(missing_ok=True)
