"""A product is computed for any rows, anywhere, with the same bits."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

import sonograph as sg
from sonograph.archive.products.product import PRODUCTS, SoundFacts, product_of
from sonograph.cli import archive_plan
from sonograph.errors import SettingsError
from sonograph.settings import StftSettings
from tests.archive.recordings import noise, put

RATE = 200
EVERY = ("minutes", "overview", "ltsa", "spectrogram", "features")


@pytest.fixture(scope="module")
def timeline(tmp_path_factory):
    """Six minutes of which one and a half are missing, from a quarter past a minute on."""
    folder = tmp_path_factory.mktemp("products")
    for seconds, minutes in ((15, 2), (225, 2)):
        began = datetime.fromtimestamp(1_714_537_800 + seconds, UTC)
        put(folder, noise(minutes * 60 * RATE, seed=minutes + seconds)[0], began, RATE)
    return sg.timeline(folder, zone="UTC")


@pytest.mark.parametrize("name", EVERY)
def test_rows_are_the_same_bits_whatever_rows_are_asked_for(timeline, name):
    product = product_of(name)
    product.check(SoundFacts.of(timeline))
    rows, facts = product.rows(timeline), product.arrays(SoundFacts.of(timeline))
    whole = product.compute(timeline, rows)
    for array, fact in facts.items():
        assert whole[array].shape == (len(rows) // fact.every, *fact.shape), array
        assert whole[array].dtype == fact.dtype, array
    for row in range(0, len(rows), product.align):
        few = rows[row : row + product.align]
        part = timeline.part(product.samples(timeline, few))
        for array, values in product.compute(part, few).items():
            every = facts[array].every
            np.testing.assert_array_equal(values, whole[array][row // every : (row + len(few)) // every], array)


def test_rows_without_sound_are_what_arrays_are_filled_with(timeline):
    product_of("minutes")
    assert set(EVERY) <= set(PRODUCTS)
    for product in (product_of(name) for name in PRODUCTS):
        facts = product.arrays(SoundFacts.of(timeline))
        away = product.rows(timeline)
        away = range(away.stop + 10 * product.align, away.stop + 11 * product.align)
        for name, values in product.compute(timeline, away).items():
            np.testing.assert_array_equal(values, np.full_like(values, facts[name].fill), name)


@pytest.mark.parametrize("name", EVERY)
def test_a_product_goes_through_plain_values_and_has_a_digest(name):
    product = product_of(name)
    assert product_of(product.to_dict()) == product
    assert product_of(product.to_dict()).digest == product.digest
    changed = {"settings": StftSettings(window_length=256)} if "settings" in product.to_dict() else {"channel": 1}
    assert replace(product, **changed).digest != product.digest


def test_a_product_that_there_is_none_of_is_named():
    with pytest.raises(SettingsError, match=r"product is hours; it must be one of .*minutes"):
        product_of("hours")


def test_minutes_refuse_a_sound_of_several_channels_before_any_is_read():
    with pytest.raises(SettingsError, match="2 channels; name one"):
        product_of("minutes").check(SoundFacts(200.0, 2, "FS", 0))


def test_the_help_of_the_command_names_the_products_that_there_are():
    product_of("minutes")  # loads them all
    assert set(archive_plan.PRODUCTS) == set(PRODUCTS)
