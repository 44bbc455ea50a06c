import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from matplotlib import colormaps
from PIL import Image

from sonograph import SettingsError, Signal, StftSettings, signals
from sonograph.pictures.colours import PERCEPTUAL, palette
from sonograph.pictures.compose import compose
from sonograph.pictures.out.bare import indices, save_bare
from sonograph.pictures.out.png import palette_png
from sonograph.pictures.out.recipe import recipe_in, text
from sonograph.pictures.parts import Named
from sonograph.pictures.settings import PictureSettings
from sonograph.settings import from_dict
from tests.pictures.sounds import APART, clicks

BARE = PictureSettings(axes=False, size=(300, 120))


def bare(sound, settings=APART, look=BARE):
    composition = compose([Named(sound, "a sound.wav", settings)], look)
    file = BytesIO()
    save_bare(composition, file, text(composition))
    file.seek(0)
    return composition, file


@pytest.mark.parametrize("name", [*PERCEPTUAL, "magma_r", "grey_r", "turbo"])
def test_our_palettes_are_those_of_matplotlib(name):
    want = colormaps[name.replace("grey", "gray")](np.arange(256))[:, :3] * 255
    np.testing.assert_allclose(palette(name), want, atol=0.5)


@pytest.mark.parametrize("name", PERCEPTUAL)
def test_perceptual_maps_rise_in_lightness(name):
    lightness = palette(name) @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > -0.8).all()
    assert lightness[-1] - lightness[0] > 120


@pytest.mark.parametrize("loud", [0, 7, 500, 999])
def test_a_click_is_in_its_column_and_its_colour_is_the_loudest(loud):
    _, file = bare(clicks(1000, [loud]))
    pixels = np.asarray(Image.open(file))
    assert np.flatnonzero((pixels == 255).any(axis=0)).tolist() == [int((loud + 0.5) / 1000 * 300)]
    assert (pixels != 0).all()


def test_missing_samples_have_a_colour_of_their_own():
    sound = clicks(300, [])
    sound.samples[64 * 100 : 64 * 150] = np.nan
    _, file = bare(sound)
    image = Image.open(file)
    assert np.flatnonzero((np.asarray(image) == 0).all(axis=0)).tolist() == list(range(100, 150))
    assert image.convert("RGB").getpixel((120, 60)) == (218, 218, 218)


def test_levels_become_colours_within_half_a_step():
    levels = np.linspace(-80, 0, 1000)
    back = (indices(levels, -80, 0) - 1.0) / 254 * 80 - 80
    assert np.abs(back - levels).max() <= 80 / 254 / 2 + 1e-9


def test_channels_lie_on_each_other_without_a_gap():
    two = Signal(np.stack([clicks(300, [50]).samples, clicks(300, [250]).samples]), 8000.0)
    pixels = np.asarray(Image.open(bare(two)[1]))
    assert (pixels[:60] == 255).any(axis=0).nonzero()[0].tolist() == [50]
    assert (pixels[60:] == 255).any(axis=0).nonzero()[0].tolist() == [250]


@pytest.mark.parametrize("height", [120, 121, 123, 7])
def test_channels_in_boxes_of_unequal_height_lose_no_tone(height):
    tone = signals.tone(1000.0, 1.0, sample_rate=8000.0).samples
    _, file = bare(Signal(np.stack([tone] * 2), 8000.0), look=BARE.but(size=(300, height)))
    pixels = np.asarray(Image.open(file))
    assert pixels.shape == (height, 300)
    middle = height - round(height / 2)
    for channel in (pixels[:middle], pixels[middle:]):
        assert channel.max() > 250


def test_a_waveform_is_not_made_of_levels():
    with pytest.raises(SettingsError, match='view is "both"; a bare picture has only the pixels of a spectrogram'):
        bare(clicks(100, []), look=PictureSettings(axes=False, view="both"))


def test_a_picture_carries_its_recipe():
    settings = StftSettings(window_length=300, hop=100, window=("gaussian", 60.0), scaling="density")
    look = PictureSettings(axes=False, range=(-90, -10), axis="mel")
    _, file = bare(signals.tone(1000.0, 1.0, unit="V"), settings, look)
    found = recipe_in(file)
    assert found["sounds"] == [
        {"name": "a sound.wav", "sample_rate": 48_000.0, "channels": [0], "samples": [0, 48_000]}
    ]
    assert from_dict(found["settings"][0]).of == settings
    assert found["levels"] == [-90, -10]
    assert found["unit"] == "dB re 1 V²/Hz"
    assert PictureSettings(**found["look"]) == look
    file.seek(0)
    assert Image.open(file).text["Title"] == "a sound.wav"


def test_other_files_carry_no_recipe(tmp_path):
    plain = BytesIO()
    Image.new("L", (3, 3)).save(plain, "PNG")
    (tmp_path / "text.png").write_text("not a picture")
    assert recipe_in(BytesIO(plain.getvalue())) is None
    assert recipe_in(tmp_path / "text.png") is None
    assert recipe_in(BytesIO(plain.getvalue()[:40])) is None


def test_a_bare_picture_loads_neither_matplotlib_nor_pillow(tmp_path):
    import soundfile

    soundfile.write(tmp_path / "a.wav", np.zeros(4000), 8000)
    code = (
        "import sys; from sonograph.cli import main; "
        "code = main(['draw', 'a.wav', '-o', 'a.png', '--bare', '--axis', 'mel']); "
        "heavy = ('matplotlib', 'scipy.signal', 'PIL', 'multiprocessing', 'tomllib'); "
        "print(code, [m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout == "0 []\n"


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (200, 301)])
def test_pillow_reads_a_palette_png_as_it_was_given(shape):
    rng = np.random.default_rng(5)
    pixels, colours = rng.integers(0, 256, shape, np.uint8), rng.bytes(768)
    words = {"Title": "Zaunkönig – 寝", "Comment": "a\nb"}
    image = Image.open(BytesIO(palette_png(pixels, colours, words)))
    image.load()
    np.testing.assert_array_equal(np.asarray(image), pixels)
    assert bytes(image.getpalette()) == colours
    assert image.text == words
