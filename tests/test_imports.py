"""What is loaded when: names of modules, never times."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sonograph
from tests.static import definition, stub

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
    for name in sonograph.__all__:
        assert getattr(sonograph, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'sonograph' has no attribute 'specgram'"):
        _ = sonograph.specgram


def test_type_checkers_find_the_names_that_are_there():
    modules = dict.fromkeys(sonograph._MODULES, "sonograph")
    assert dict(stub()) == sonograph._WHERE | modules
    assert len(list(stub())) == len(dict(stub()))


def test_type_checkers_find_the_settings_that_are_there():
    settings = sonograph.settings
    assert dict(stub("sonograph.settings")) == {
        name: f"sonograph.settings.{module}" for name, module in settings._WHERE.items()
    }
    assert set(dir(settings)) == {"Settings", *settings._WHERE}


def test_a_table_of_features_waits_for_no_scipy():
    assert "scipy" not in loaded_after("import sonograph.extract.part, sonograph.extract.all_files")


def test_a_spectrogram_of_samples_loads_neither_files_nor_other_settings():
    code = "import sonograph as sg, numpy as np\nsg.spectrogram(sg.Signal(np.zeros(4800), 48000.0))"
    script = f"import sys\n{code}\nprint(*(m for m in sys.modules if m.startswith('sonograph.')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "sonograph.settings.stft" in done
    for heavy in ("io.audio", "settings.speech", "features.stages", "named.presets", "filterbanks"):
        assert f"sonograph.{heavy}" not in done
    for heavy in ("engines.compiled.inverse_kernel", "engines.compiled.inverse_passes"):
        assert f"sonograph.{heavy}" not in done


def test_a_spectrogram_of_samples_loads_nothing_that_only_others_need():
    code = "import sonograph as sg, numpy as np, llvmlite.binding\nbefore = set(sys.modules)\n"
    code += "sg.spectrogram(sg.Signal(np.zeros(4800), 48000.0))\n"
    script = f"import sys\n{code}\nprint(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "sonograph.settings.stft" in done
    assert not {"numpy.ma", "concurrent.futures", "logging", "difflib"} & set(done)


def test_every_settings_type_and_bank_is_in_settings():
    from sonograph.settings.banks import BANKS

    named = [getattr(sonograph.settings, name) for name in dir(sonograph.settings)]
    here = {value for value in named if isinstance(value, type)}
    assert set(sonograph.settings.KINDS.values()) | set(BANKS.values()) <= here


def test_the_names_shown_at_the_top_are_few_and_all_others_are_in_settings():
    hidden = set(sonograph.__all__) - set(dir(sonograph))
    assert all(getattr(sonograph, name) is getattr(sonograph.settings, name) for name in hidden)
    types = [name for name in dir(sonograph) if name[0].isupper() and not name.endswith("Error")]
    assert len(types) <= 14


@pytest.mark.parametrize("name", dict(stub()))
def test_an_editor_finds_the_docstring_of_every_name(name):
    assert ast.get_docstring(definition("sonograph", name))


def test_helpers_of_the_tests_are_imported_by_their_whole_names():
    """`from tests.io import damaged` works from any folder, and holds no second copy of a helper under a short name."""
    folder = Path(__file__).parent
    files = sorted(folder.rglob("*.py"))
    assert not [str(room) for room in {file.parent for file in files} if not (room / "__init__.py").exists()]
    ours = {file.stem for file in files} | {file.parent.name for file in files if file.parent != folder} - {"io"}
    short = []
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [node.module] if node.module and not node.level else ["."]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            short += [f"{file.relative_to(folder)}: {name}" for name in names if name.split(".")[0] in {*ours, ""}]
    assert short == []
