"""A picture of a view is the one that `draw` draws of the same part."""

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from sonograph import StftSettings, draw
from sonograph import open as open_sound
from tests.web.visiting import describe  # noqa: F401  # skips where Starlette is not


def ask(client, recording, view=None, format="png"):
    query = {"format": format} | ({} if view is None else {"view": view if isinstance(view, str) else json.dumps(view)})
    return client.get(f"/picture/{recording}", params=query)


def pixels(data):
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize("plane", ["mean", "salient"])
def test_a_picture_is_the_one_that_draw_draws(plane, client, ids, sounds, tmp_path):
    view = {
        "recordings": [{"id": ids["tone.wav"], "offset": 0, "channel": 0}], "start": 0.2, "end": 0.7, "low": 0.0,
        "high": 4000.0, "axis": "mel", "settings": StftSettings(window_length=512).to_dict(), "plane": plane,
        "range": [-90, 0], "colours": "viridis", "cursor": None, "selection": None, "loop": False, "playing": False,
    }  # fmt: skip
    answer = ask(client, ids["tone.wav"], view)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), answer.text
    with open_sound(sounds / "tone.wav") as sound:
        draw(
            {"tone.wav": sound}, StftSettings(window_length=512), path=tmp_path / "a.png", seconds=(0.2, 0.7),
            axis="mel", frequencies=(0.0, 4000.0), reduction=plane, range=(-90.0, 0.0), colours="viridis",
        )  # fmt: skip
    np.testing.assert_array_equal(pixels(answer.content), pixels((tmp_path / "a.png").read_bytes()))


def test_several_are_stacked_each_at_its_own_time(client, ids):
    panes = [
        {"id": ids["tone.wav"], "offset": 0, "channel": 0},
        {"id": ids["noise.flac"], "offset": 24_000, "channel": 1},
    ]
    answer = ask(client, ids["tone.wav"], {"recordings": panes, "start": 0.5, "end": 1.0}, "svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"tone.wav" in answer.content and b"noise.flac, channel 1" in answer.content
    both = [{"id": ids["noise.flac"], "channel": i} for i in (0, 1)]
    assert ask(client, ids["noise.flac"], {"recordings": both, "arrangement": "difference"}).status_code == 200


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("[", "view is no JSON object"),
        ({"start": 5.0, "end": 6.0}, "is not seen between these times"),
        ({"start": "x"}, "start is 'x'; it must be a number"),
        ({"range": [0, -80]}, "it must begin below its end"),
        ({"range": "wide"}, "range is 'wide'"),
        ({"colours": "<b>"}, "<b>"),
        ({"settings": {"kind": "stft", "hop": 0}}, "hop is 0"),
        ({"low": 5.0, "high": 1.0}, "frequencies is 5 to 1 Hz"),
        ({"recordings": [{"id": "x"}] * 9}, "8 at most"),
        ({"recordings": "x"}, "no list of panes"),
        ({"low": 1e300, "high": 1e301}, "it must be a number"),
    ],
)
def test_a_view_that_is_none_is_refused(client, ids, view, words):
    answer = ask(client, ids["tone.wav"], view)
    assert answer.status_code == 400 and words in answer.json()["error"]


def test_a_format_that_is_none_is_refused(client, ids):
    assert ask(client, ids["tone.wav"], format="exe").status_code == 400
    assert ask(client, "nothing").status_code == 404
