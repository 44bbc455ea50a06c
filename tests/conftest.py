"""What all tests share."""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

collect_ignore = ["archive/poison_at_import.py", "typed"]  # looked at for doctests, they would run

settings.register_profile("house", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("house")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background job; our processes would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

RECORDINGS = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """Kernels are compiled into a folder of this run, never the user's; no defaults or keys of the machine count."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        # where clients of buckets look for keys at last: a machine of the cloud's would have some
        patch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")
        patch.setenv("GCE_METADATA_HOST", "127.0.0.1:9")
        patch.setenv("GCE_METADATA_IP", "127.0.0.1:9")
        yield


@pytest.fixture(scope="session")
def recordings():
    """The folder of real recordings, where it lies beside the checkout."""
    if not RECORDINGS.is_dir():
        pytest.skip("the recordings are not here")
    return RECORDINGS
