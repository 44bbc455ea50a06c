import numpy as np
import pytest

from sonograph import SettingsError, Signal, StftSettings, engines, spectrogram
from sonograph.engines import compiled

SOUND = Signal(np.random.default_rng(0).standard_normal(5000), 8000.0)


@pytest.mark.parametrize(
    ("n_fft", "ran"), [(256, "compiled"), (400, "compiled"), (257, "reference"), (2 * 1009, "reference")]
)
def test_the_size_decides_which_engine_runs(n_fft, ran):
    settings = StftSettings(window_length=200, n_fft=n_fft)
    for source in (SOUND, Signal(SOUND.samples[:300], 8000.0)):
        for threads in (1, 2):
            assert spectrogram(source, settings, engine=engines.default(threads)).engine == ran
    one = spectrogram(SOUND, settings, frames=range(3, 4))
    assert one.engine == ran


def test_the_reason_can_be_asked_for():
    from sonograph.computing.work import work_for

    work, _ = work_for(StftSettings(window_length=257), 8000.0, "FS")
    assert "even n_fft only" in engines.default().refuses(work, np.dtype("float32"))


def test_where_nothing_can_be_compiled_the_reference_serves_and_says_so_once(monkeypatch, recwarn):
    monkeypatch.setattr(compiled.build, "unable", lambda: "llvmlite is not here")
    engines._no_kernels.cache_clear()
    try:
        with pytest.warns(RuntimeWarning, match="the slower reference engine serves, because llvmlite is not here"):
            assert spectrogram(SOUND).engine == "reference"
        assert spectrogram(SOUND).engine == "reference"
    finally:
        engines._no_kernels.cache_clear()


def test_an_engine_that_cannot_be_is_refused():
    with pytest.raises(SettingsError, match="threads is 0; it must be 1 or more"):
        engines.default(threads=0)
    with pytest.raises(SettingsError, match="dtype is 'float16'; it must be float32, float64 or None"):
        engines.default(dtype="float16")
