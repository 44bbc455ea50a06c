"""What pbp makes of sound that is made here, to be run by a Python of its own that has pbp (pypam, in it, is GPL).

    python3 -m venv pbp && pbp/bin/pip install mbari-pbp
    pbp/bin/python tests/archive/pbp_process.py tests/archive/pbp

It writes minutes.npz and a day file into that folder, which are kept (pbp 1.9.0, pypam 1.0.0, NumPy 1.26). Nothing
of Sonograph is imported here; the tests make the same sound by `sounds`.
"""

import json
import sys
import tempfile
from datetime import UTC
from pathlib import Path

import numpy as np

SENSITIVITY = 178.0
"""dB re 1 µPa of full scale, in the day file."""
FULL_SCALE = 8e3
"""Of the samples of "flat 8000", in the day file."""


def sounds():
    """{name: (rate, samples in µPa)}: two minutes that are flat, or fall by more than 60 dB.

    In "gaps" a tone stands in the flat one; 7.3 s are missing, and of the second minute all but half a second.
    """
    found = {}
    for rate in (8000, 22_050):
        white = np.random.default_rng(rate).standard_normal(120 * rate)
        steep = np.copy(white)
        for _ in range(2):  # 12 dB an octave
            total = np.cumsum(steep)
            steep = total - np.concatenate([np.zeros(rate), total[:-rate]])
        found[f"flat {rate}"] = rate, 1e3 * white
        found[f"steep {rate}"] = rate, 1e3 * steep
    rate, white = found["flat 8000"]
    tone = white + 1e5 * np.sin(2 * np.pi * 1000 * np.arange(len(white)) / rate)
    tone[20 * rate : 27 * rate + 2403] = np.nan  # 0.375 of a period more than whole ones
    tone[60 * rate + 4000 :] = np.nan
    found["gaps 8000"] = rate, tone
    return found


def minutes_of_pbp():
    """{name: (minutes, bands) dB}, as pbp's PypamSupport has them; of a gap it gets what is there, glued."""
    from datetime import datetime, timedelta

    import loguru
    from pbp.hmb_gen.pypam_support import PypamSupport

    loguru.logger.remove()
    found = {}
    for name, (rate, samples) in sounds().items():
        support = PypamSupport(loguru.logger)
        support.set_parameters(rate)
        for number in range(2):
            minute = samples[number * 60 * rate : (number + 1) * 60 * rate]
            start = datetime(2024, 5, 1, tzinfo=UTC) + timedelta(minutes=number)
            support.add_segment(start, minute[~np.isnan(minute)])
        result = support.process_captured_segments()
        found[name] = result.psd_da.values
        found[f"{name} Hz"] = result.psd_da.frequency.values
    return found


def day_file(folder):
    """What pbp's program writes of two minutes of a day."""
    import loguru
    import soundfile
    from pbp.hmb_gen.file_helper import FileHelper
    from pbp.hmb_gen.process_helper import ProcessHelper

    rate, samples = sounds()["flat 8000"]
    with tempfile.TemporaryDirectory() as here:
        wav, days = Path(here, "A1_20240501_043000.wav"), Path(here, "2024")
        soundfile.write(wav, (samples / FULL_SCALE).astype(np.float32), rate, subtype="FLOAT")
        days.mkdir()
        entry = {"uri": f"file://{wav}", "start": "2024-05-01T04:30:00", "duration_secs": 120.0}
        (days / "20240501.json").write_text(json.dumps([entry]))
        Path(here, "global.yaml").write_text("title: made sound\n")
        Path(here, "variable.yaml").write_text("time:\n  units: seconds since 1970-01-01T00:00:00Z\n")
        ProcessHelper(
            loguru.logger, FileHelper(log=loguru.logger, json_base_dir=here), folder, "pbp_", add_quality_flag=True,
            global_attrs_uri=f"{here}/global.yaml", variable_attrs_uri=f"{here}/variable.yaml",
            sensitivity_flat_value=SENSITIVITY,
        ).process_day("20240501")  # fmt: skip


if __name__ == "__main__":
    np.savez_compressed(Path(sys.argv[1], "minutes.npz"), **minutes_of_pbp())
    day_file(sys.argv[1])
