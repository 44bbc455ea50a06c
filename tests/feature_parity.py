"""Each feature and transform beside the library that gives the same, for the parity table and its test."""

from __future__ import annotations

import numpy as np

from sonograph import (
    Signal,
    align,
    beats,
    effects,
    loudness,
    onsets,
    recurrence,
)
from sonograph.settings import (
    AutocorrelationSettings,
    ConstantQSettings,
    LinearPredictionSettings,
    PitchClassSettings,
    SeparationSettings,
    ShapeSettings,
    TempogramSettings,
    TemporalSettings,
    TonnetzSettings,
    YinSettings,
)
from tests.features.made import (
    CENTRE,
    FRAMES,
    INSIDE,
    MAGNITUDE,
    ONSET,
    PITCH,
    RATE,
    THEIR_PITCH,
    VOICE,
    beside_convolutions,
    beside_loops_of_bins,
    cens_of,
    cents,
    chroma,
    coherence,
    coherence_over_time,
    fine,
    glide,
    in_time,
    made,
    magnitude,
    moments,
    our_distance,
    our_formants,
    our_pyin,
    our_welch,
    pair,
    sharp,
    struck,
    their_blocks,
    their_coherence_over_time,
    their_distance,
    their_pyin,
    their_sharp,
)
from tests.features.voices import praats


def cases(case, library):
    """All of them, made with the table's own Case and its way to say that a library is not here."""

    def of(name, reference, near, tolerance, ours, theirs):
        return case(name, reference, "library", near, tolerance, lambda: (ours(), theirs(library("librosa"))))

    def shape(name, their_name):
        return of(
            f"ShapeSettings, {name}",
            f"librosa.feature.spectral_{their_name}",
            "peak",
            1e-9,
            lambda: made(ShapeSettings(of=MAGNITUDE, features=(name,))),
            lambda librosa: getattr(librosa.feature, f"spectral_{their_name}")(
                S=magnitude(), **({} if name == "flatness" else {"sr": RATE})
            ),
        )

    return (
        of(
            "TemporalSettings, rms",
            "librosa.feature.rms",
            "peak",
            1e-6,
            lambda: made(TemporalSettings(of=INSIDE, features=("rms",))),
            lambda librosa: librosa.feature.rms(y=glide(), center=False),
        ),
        of(
            "TemporalSettings, zero_crossings",
            "librosa.feature.zero_crossing_rate",
            "peak",
            1e-12,
            lambda: made(TemporalSettings(of=INSIDE, features=("zero_crossings",))),
            lambda librosa: librosa.feature.zero_crossing_rate(glide(), center=False, pad=False),
        ),
        of(
            "AutocorrelationSettings",
            "librosa.autocorrelate",
            "peak",
            1e-12,
            lambda: made(AutocorrelationSettings(of=INSIDE)),
            lambda librosa: librosa.autocorrelate(
                librosa.util.frame(glide(), frame_length=2048, hop_length=512), max_size=512, axis=0
            ),
        ),
        *(shape(name, name) for name in ("centroid", "bandwidth", "rolloff", "flatness", "contrast")),
        of(
            "YinSettings, pitch",
            "librosa.yin",
            "Hz",
            1e-3,
            lambda: made(YinSettings(of=FRAMES, **PITCH))[0],
            lambda librosa: librosa.yin(glide(), **THEIR_PITCH),
        ),
        of(
            "PyinSettings, voiced",
            "librosa.pyin",
            "1",
            0.5,
            lambda: our_pyin()[1],
            lambda librosa: their_pyin(librosa)[1],
        ),
        of(
            "PyinSettings, pitch",
            "librosa.pyin",
            "cents",
            5.0,  # half of librosa's step, to which it rounds and we do not
            lambda: cents(our_pyin()[0]),
            lambda librosa: cents(their_pyin(librosa)[0]),
        ),
        of(
            "PyinSettings, voicing_probability",
            "librosa.pyin",
            "1",
            1e-9,
            lambda: our_pyin()[2],
            lambda librosa: their_pyin(librosa)[2],
        ),
        of(
            "LinearPredictionSettings",
            "librosa.lpc",
            "peak",
            1e-8,
            lambda: made(LinearPredictionSettings(of=VOICE, order=12)),
            lambda librosa: librosa.lpc(
                librosa.util.frame(glide(), frame_length=1024, hop_length=1024), order=12, axis=0
            )[1:],
        ),
        *(
            case(
                f"FormantSettings, {name}",
                "Praat, To Formant (burg)",
                "data",
                "Hz",
                0.01,
                lambda rows=rows, key=key: (our_formants()[rows], np.array(praats()[key])),
            )
            for name, rows, key in (("frequencies", slice(0, 5), "f"), ("bandwidths", slice(5, 10), "b"))
        ),
        of(
            "OnsetSettings",
            "librosa.onset.onset_strength, moved by half a window",
            "peak",
            1e-6,
            lambda: made(ONSET)[0, :-2],
            lambda librosa: librosa.onset.onset_strength(y=glide(), sr=RATE)[2:],
        ),
        of(
            "TempogramSettings",
            "librosa.feature.tempogram",
            "1",
            1e-9,
            lambda: made(TempogramSettings(of=ONSET)),
            lambda librosa: librosa.feature.tempogram(onset_envelope=made(ONSET)[0], sr=RATE),
        ),
        of(
            "beats, frames",
            "librosa.beat.beat_track, of the same strength",
            "1",
            0.5,
            lambda: beats(struck(), tempo=60 * RATE / 512 / 22).frames,
            lambda librosa: librosa.beat.beat_track(
                onset_envelope=struck().values[0], sr=RATE, bpm=60 * RATE / 512 / 22
            )[1],
        ),
        of(
            "onsets, half a hop later",
            "librosa.onset.onset_detect, of the same strength",
            "s",
            1e-9,
            lambda: onsets(struck()) + 256 / RATE,
            lambda librosa: (
                librosa.onset.onset_detect(onset_envelope=struck().values[0], sr=RATE, units="time") + 1024 / RATE
            ),
        ),
        of(
            "SeparationSettings",
            "librosa.decompose.hpss",
            "peak",
            1e-9,
            lambda: made(SeparationSettings(of=MAGNITUDE)),
            lambda librosa: librosa.decompose.hpss(magnitude())[0],
        ),
        of(
            "effects.harmonic",
            "librosa.effects.harmonic",
            "peak",
            1e-9,
            lambda: effects.harmonic(Signal(glide(), RATE)).samples,
            lambda librosa: librosa.effects.harmonic(glide()),
        ),
        of(
            "effects.time_stretch",
            "librosa.effects.time_stretch",
            "peak",
            1e-9,
            lambda: effects.time_stretch(Signal(glide(), RATE), 0.8).samples,
            lambda librosa: librosa.effects.time_stretch(glide(), rate=0.8),
        ),
        of(
            "effects.pitch_shift",
            "librosa.effects.pitch_shift",
            "peak",
            1e-6,
            lambda: effects.pitch_shift(Signal(glide(), RATE), -3).samples,
            lambda librosa: librosa.effects.pitch_shift(glide(), sr=RATE, n_steps=-3),
        ),
        of(
            "effects.split",
            "librosa.effects.split",
            "s",
            1e-9,
            lambda: np.array(effects.split(Signal(glide(), RATE), below=30)),
            lambda librosa: librosa.effects.split(glide(), top_db=30) / RATE,
        ),
        of(
            "CensSettings, of librosa's chroma",
            "librosa.feature.chroma_cens",
            "1",
            1e-9,
            lambda: cens_of(library("librosa")),
            lambda librosa: librosa.feature.chroma_cens(y=glide(), sr=RATE),
        ),
        of(
            "recurrence, affinity",
            "librosa.segment.recurrence_matrix",
            "1",
            1e-9,
            lambda: recurrence(moments(0), values="affinity", metric="cosine").values,
            lambda librosa: librosa.segment.recurrence_matrix(moments(0).values, mode="affinity", metric="cosine"),
        ),
        of(
            "align",
            "librosa.sequence.dtw",
            "1",
            0.5,
            lambda: align(moments(0), moments(1)).path,
            lambda librosa: librosa.sequence.dtw(moments(0).values, moments(1).values)[1][::-1],
        ),
        of(
            "TonnetzSettings",
            "librosa.feature.tonnetz",
            "1",
            1e-9,
            lambda: made(TonnetzSettings(of=chroma())),
            lambda librosa: librosa.feature.tonnetz(chroma=made(chroma())),
        ),
        of(
            "ConstantQSettings",
            "librosa.cqt, but for 20 frames at the ends",
            "peak",
            0.01,
            lambda: made(ConstantQSettings.for_rate(RATE, scaling="raw", quantity="magnitude"))[:, CENTRE],
            lambda librosa: np.abs(librosa.cqt(glide(), sr=RATE))[:, CENTRE],
        ),
        case(
            "WaveletSettings, Morlet",
            "scipy.signal.fftconvolve with the formula",
            "formula",
            "peak",
            1e-4,
            beside_convolutions,
        ),
        of(
            "PitchClassSettings",
            "librosa.feature.chroma_cqt, but for 20 frames at the ends",
            "peak",
            0.02,
            lambda: made(PitchClassSettings(of=fine()))[:, CENTRE],
            lambda librosa: librosa.feature.chroma_cqt(y=glide(), sr=RATE, tuning=0.0, norm=None)[:, CENTRE],
        ),
        case(
            "SqueezedSettings",
            "scipy.signal.ShortTimeFFT of the window and its derivative, put into bins",
            "formula",
            "peak",
            1e-3,
            beside_loops_of_bins,
        ),
        of(
            "reassigned, frequencies",
            "librosa.reassigned_spectrogram",
            "Hz",
            1e-4,
            lambda: sharp()[0],
            their_sharp(0),
        ),
        of(
            "reassigned, times",
            "librosa.reassigned_spectrogram, half a sample earlier",
            "s",
            1e-8,
            lambda: sharp()[1],
            their_sharp(1),
        ),
        of("griffin_lim, 32 rounds", "librosa.griffinlim", "of the magnitude", 0.05, our_distance, their_distance),
        case(
            "welch",
            "scipy.signal.welch",
            "library",
            "peak",
            1e-12,
            lambda: (our_welch(), library("scipy.signal").welch(glide(), RATE, nperseg=1024, noverlap=512)[1]),
        ),
        case(
            "cross_spectrum, coherence",
            "scipy.signal.coherence",
            "library",
            "1",
            1e-9,
            lambda: (coherence(), library("scipy.signal").coherence(*pair(), RATE, nperseg=1024, detrend=False)[1]),
        ),
        case(
            "cross_spectrogram, coherence",
            "scipy.signal.coherence of each column",
            "library",
            "1",
            1e-9,
            lambda: (coherence_over_time(), their_coherence_over_time(library("scipy.signal"))),
        ),
        *(
            case(
                f"LoudnessSettings, {name}",
                "pyloudnorm.Meter, blocks",
                "library",
                "LU",
                1e-3,
                lambda name=name: (in_time(name), their_blocks(library("pyloudnorm"), name)),
            )
            for name in ("momentary", "short_term")
        ),
        case(
            "loudness",
            "pyloudnorm.Meter",
            "library",
            "LU",
            0.02,
            lambda: (
                np.array([loudness(Signal(glide(), RATE)).integrated]),
                np.array([library("pyloudnorm").Meter(RATE, filter_class="DeMan").integrated_loudness(glide())]),
            ),
        ),
    )
