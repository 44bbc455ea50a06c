"""What is loaded when: names of modules, never times."""

import subprocess
import sys

HEAVY = ("numpy", "scipy", "matplotlib", "llvmlite", "soundfile", "soxr", "tqdm", "PIL")


def loaded_after(code):
    """Heavy packages in memory after some code in a fresh interpreter."""
    script = f"import sys\n{code}\nprint(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_importing_sonograph_loads_nothing():
    assert loaded_after("import sonograph; dir(sonograph)") == []


def test_settings_need_no_numpy():
    assert loaded_after("import sonograph; sonograph.StftSettings(window_length=512)") == []


def test_a_spectrogram_needs_neither_scipy_signal_nor_matplotlib():
    code = (
        "import sonograph, numpy\n"
        "sonograph.spectrogram(sonograph.Signal(numpy.zeros(5000), 8000.0))\n"
        "assert 'scipy.signal' not in sys.modules"
    )
    assert not {"matplotlib", "soundfile", "soxr"} & set(loaded_after(code))


def test_every_public_name_is_there():
    import sonograph

    for name in sonograph.__all__:
        assert getattr(sonograph, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error():
    import pytest

    import sonograph

    with pytest.raises(AttributeError, match="module 'sonograph' has no attribute 'specgram'"):
        _ = sonograph.specgram
