"""The same text for every CPU: what each kind of vector computes, and that kernels need nothing from outside."""

import struct

import numpy as np
import pytest

from sonograph.engines import Log, Work
from sonograph.engines.compiled import Compiled, build
from sonograph.engines.compiled.factors import factors
from sonograph.engines.compiled.kernel import Kind
from tests.engines.contract import bands_of, planes_of
from tests.thorough import ALL

llvm = pytest.importorskip("llvmlite.binding")

NEEDS = {"sse2": "sse2", "avx": "avx", "avx2": "avx2", "avx512": "avx512dq"}
CPUS = {
    "sse2": ("x86-64", "+sse2", 16),
    "avx": ("sandybridge", "+avx", 16),
    "avx2": ("haswell", "+avx2,+fma", 32),
    "avx512": ("skylake-avx512", "+avx512f,+avx512dq,+avx512vl,+avx512bw,+fma", 64),
}
KINDS = [
    Kind(),
    Kind("magnitude"),
    Kind("power", conditioned=True),
    Kind("transform"),
    Kind("power", log=True),
    Kind("power", bands=True, log=True),
    Kind("power", planes=("max",)),
    Kind("magnitude", planes=("mean",)),
    Kind("power", planes=("max", "mean")),
    Kind("sound"),
    Kind("round"),
    Kind("lags"),
    Kind("shares"),
]
TRIPLES = [
    ("x86_64-unknown-linux-gnu", "x86-64", "+sse2", 16),
    ("x86_64-pc-windows-msvc", "x86-64", "+sse2", 16),
    ("x86_64-pc-windows-msvc", "haswell", "+avx2,+fma", 32),
    ("x86_64-pc-windows-msvc", *CPUS["avx512"]),
    ("x86_64-apple-darwin", "haswell", "+avx2,+fma", 32),
    ("arm64-apple-darwin", "apple-m1", "+neon", 16),
    ("aarch64-unknown-linux-gnu", "generic", "+neon", 16),
]


@pytest.fixture(params=CPUS)
def target(request):
    """A CPU of another make, where this one can stand in for it."""
    if build.unable() or not build.host().x86:
        pytest.skip("this is no x86-64 machine")
    if not llvm.get_host_cpu_features().get(NEEDS[request.param], False):
        pytest.skip(f"this CPU has no {request.param}")
    return build.Target(llvm.get_process_triple(), *CPUS[request.param])


@pytest.mark.parametrize(
    ("n_fft", "dtype"),
    [
        (n_fft, dtype)
        for n_fft, quick in {16: "float64", 400: "float32", 2048: "float32", 3456: "float64"}.items()
        for dtype in ("float32", "float64")
        if ALL or dtype == quick
    ],
)
def test_every_kind_of_vector_computes_the_same_spectrum(target, dtype, n_fft):
    rng = np.random.default_rng(1)
    hop, frames = n_fft // 3, 35
    everything = [(0, rng.uniform(0.5, 1, n_fft // 2 + 1)) for _ in range(7)]
    bands = bands_of((0, [1, 2, 1]), (5, [0.5, 0.25, 1]), *everything)
    window = np.hanning(n_fft - 1)
    samples = rng.standard_normal((2, (frames - 1) * hop + len(window))).astype(dtype)
    cut = np.stack([samples[:, i * hop :][:, : len(window)] for i in range(frames)], axis=1).astype(float)
    transform = np.fft.rfft(cut * window, n_fft)
    level = cut - cut.mean(axis=2, keepdims=True)
    power = np.abs(transform) ** 2
    whole = [power @ weights for _, weights in everything]
    sums = np.stack([power[..., :3] @ [1, 2, 1], power[..., 5:8] @ [0.5, 0.25, 1], *whole], axis=-1)
    cases = [
        (Work(window, hop, n_fft, "transform"), transform),
        (Work(window, hop, n_fft, "magnitude"), np.abs(transform)),
        (Work(window, hop, n_fft, remove_dc=True), np.abs(np.fft.rfft(level * window, n_fft)) ** 2),
        (Work(window, hop, n_fft, bands=bands), sums),
        (Work(window, hop, n_fft, log=Log(1.0, 1e-30)), np.log10(np.maximum(power, 1e-30))),
    ]
    eps = np.finfo(dtype).eps
    for work, expected in cases:
        out = np.empty(expected.shape, np.result_type(dtype, np.complex64) if work.quantity == "transform" else dtype)
        Compiled(threads=1, _target=target).compute(samples, work, out)
        few = 8 if work.log is None else 1000  # a logarithm magnifies what is small
        assert np.linalg.norm(out - expected) <= few * eps * np.linalg.norm(expected)
    columns, rows = np.array([0, 10, frames]), np.array([0, 1, 5, n_fft // 2 + 1])
    largest, total, _ = planes_of(Compiled(_target=target), samples, Work(window, hop, n_fft), columns, rows)
    by_rows = np.maximum.reduceat(power, rows[:-1], axis=2)
    means = np.add.reduceat(power, rows[:-1], axis=2) / np.diff(rows)
    assert np.linalg.norm(largest - np.maximum.reduceat(by_rows, columns[:-1], axis=1)) <= 8 * eps * largest.max()
    assert np.linalg.norm(total - np.add.reduceat(means, columns[:-1], axis=1)) <= 8 * eps * total.max()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_kind_of_vector_takes_the_logarithm(target, dtype):
    check_logarithm(Compiled(_target=target), dtype)


def check_logarithm(engine, dtype):
    """One sample a frame: bin 0 is its square, for powers from the smallest to the largest there are."""
    precision = np.finfo(dtype)
    powers = np.logspace(np.log10(precision.tiny) + 0.1, np.log10(precision.max) - 0.1, 20_001, dtype=np.float64)
    powers = np.concatenate([powers, np.linspace(0.5, 2, 20_001)])
    samples = np.sqrt(powers).astype(dtype)[None]
    out = np.empty((1, len(powers), 9), dtype)
    engine.compute(samples, Work(np.ones(1), 1, 16, log=Log(10.0, 0.0)), out)
    expected = 10 * np.log10((samples[0] * samples[0]).astype(float))
    error = np.abs(out[0, :, 0] - expected)
    if dtype == "float32":
        assert error.max() <= 4e-5
    else:
        assert np.all(error <= 4 * np.spacing(np.maximum(np.abs(expected), 1)))


@pytest.mark.parametrize("triple", TRIPLES, ids=lambda t: f"{t[0]}-{t[1]}")
@pytest.mark.parametrize("double", [False, True])
def test_a_kernel_for_any_machine_needs_nothing_from_outside(triple, double):
    """A symbol that the loader could not find would end the process. An ordinary run takes turns with the kinds."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    outside = [b"memcpy", b"memset", b"chkstk", b"sqrt", b"fma", b"log", b"__udiv", b"stack_chk"]
    turn = 2 * TRIPLES.index(triple) + double
    kinds = KINDS if ALL else KINDS[turn % 4 :: 4]
    long = [65536, 2 * 11**4] if ALL else [[65536], [2 * 11**4]][double] if turn % 4 < 2 else []
    for n_fft, kind in [(2048, kind) for kind in kinds] + [(n_fft, Kind()) for n_fft in long]:
        code = build.compile_object(factors(n_fft), kind, double, build.Target(*triple))
        assert b"kernel" in code
        found = [name for name in outside if name in code]
        assert not found, kind
        if "windows" in triple[0]:  # asks for this one symbol, so the kernel brings it along
            section = struct.unpack_from("<h", code, code.index(b"_fltused") + 12)
            assert section[0] > 0
