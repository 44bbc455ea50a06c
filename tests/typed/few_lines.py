"""What a user of a few lines writes."""

import numpy as np

import sonograph as sg


def loudest(path: str) -> float:
    sound: sg.Source = sg.open(path)
    stft = sg.StftSettings(window_length=1024, hop=256)
    mel = sg.settings.BandSettings(of=stft, bands=sg.settings.MelBank(n_bands=40))
    loud: sg.Spectrogram = sg.spectrogram(sg.mono(sound), sg.LevelSettings(of=mel))
    mfcc = sg.CepstralSettings(of=sg.LogSettings(of=mel), n_coefficients=13)
    for piece in sg.pieces(sound, mfcc, at_most=100):
        values: np.ndarray = piece.values
        print(values.shape, piece.label)
    try:
        power = sg.spectrogram(sound, engine=sg.engines.default(threads=1))
    except sg.SettingsError as error:
        print(error)
        return 0.0
    print(sg.level(power).frequencies.max(), sg.loudness(sound).integrated)
    return float(loud.values.max())


def live(blocks: list[np.ndarray]) -> sg.Spectrogram:
    stream = sg.Stream(sg.StftSettings(), sample_rate=48_000.0)
    for block in blocks:
        stream.push(block)
    return stream.finish()


sg.draw("robin.wav", path="robin.png")
tone = sg.signals.tone(1000.0, 1.0)
sg.write("tone.wav", sg.Signal(tone.samples, 48_000.0))
quiet = sg.augment.gain(tone, decibels=(-20.0, -10.0), seed=1)
text: str = sg.to_toml(sg.preset("librosa.mfcc"))
sg.specgram(tone)  # type: ignore[attr-defined]  # there is no such name, and it must say so
