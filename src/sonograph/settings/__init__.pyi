"""What to compute, as frozen values that check themselves.

Each settings type holds the one before it in `of`, so that a level knows its bands
and bands know their transform. A value that exists is right: nothing checks it again.
"""

from __future__ import annotations

from typing import Union

from sonograph.settings.bands import Band as Band
from sonograph.settings.bands import BandSettings as BandSettings
from sonograph.settings.banks import BarkBank as BarkBank
from sonograph.settings.banks import ChromaBank as ChromaBank
from sonograph.settings.banks import GammatoneBank as GammatoneBank
from sonograph.settings.banks import LinearBank as LinearBank
from sonograph.settings.banks import MelBank as MelBank
from sonograph.settings.banks import MillidecadeBank as MillidecadeBank
from sonograph.settings.banks import OctaveBank as OctaveBank
from sonograph.settings.cens import CensSettings as CensSettings
from sonograph.settings.cepstra import CepstralSettings as CepstralSettings
from sonograph.settings.cepstra import DeltaSettings as DeltaSettings
from sonograph.settings.common import KINDS as KINDS
from sonograph.settings.common import Stage as Stage
from sonograph.settings.constantq import ConstantQSettings as ConstantQSettings
from sonograph.settings.constantq import PitchClassSettings as PitchClassSettings
from sonograph.settings.levels import LevelSettings as LevelSettings
from sonograph.settings.levels import check_level as check_level
from sonograph.settings.logs import EnergySettings as EnergySettings
from sonograph.settings.logs import LogSettings as LogSettings
from sonograph.settings.loudness import LoudnessSettings as LoudnessSettings
from sonograph.settings.multitaper import MultitaperSettings as MultitaperSettings
from sonograph.settings.norms import AffineSettings as AffineSettings
from sonograph.settings.norms import NormSettings as NormSettings
from sonograph.settings.norms import RangeSettings as RangeSettings
from sonograph.settings.norms import StandardSettings as StandardSettings
from sonograph.settings.pcen import PcenSettings as PcenSettings
from sonograph.settings.pitch import PyinCandidates as PyinCandidates
from sonograph.settings.pitch import PyinSettings as PyinSettings
from sonograph.settings.pitch import YinSettings as YinSettings
from sonograph.settings.plp import PlpSettings as PlpSettings
from sonograph.settings.rasta import RastaSettings as RastaSettings
from sonograph.settings.shapes import OnsetSettings as OnsetSettings
from sonograph.settings.shapes import SeparationSettings as SeparationSettings
from sonograph.settings.shapes import ShapeSettings as ShapeSettings
from sonograph.settings.shapes import TempogramSettings as TempogramSettings
from sonograph.settings.shapes import TonnetzSettings as TonnetzSettings
from sonograph.settings.soundlevel import SoundLevelSettings as SoundLevelSettings
from sonograph.settings.soundlevel import SquaresSettings as SquaresSettings
from sonograph.settings.speech import FormantSettings as FormantSettings
from sonograph.settings.speech import HarmonicitySettings as HarmonicitySettings
from sonograph.settings.speech import LinearPredictionSettings as LinearPredictionSettings
from sonograph.settings.squeezed import SqueezedSettings as SqueezedSettings
from sonograph.settings.stft import EDGES as EDGES
from sonograph.settings.stft import PLAIN_WINDOWS as PLAIN_WINDOWS
from sonograph.settings.stft import QUANTITIES as QUANTITIES
from sonograph.settings.stft import SCALINGS as SCALINGS
from sonograph.settings.stft import SLOW as SLOW
from sonograph.settings.stft import StftSettings as StftSettings
from sonograph.settings.stft import Window as Window
from sonograph.settings.temporal import AutocorrelationSettings as AutocorrelationSettings
from sonograph.settings.temporal import TemporalSettings as TemporalSettings
from sonograph.settings.toml import from_toml as from_toml
from sonograph.settings.toml import to_toml as to_toml
from sonograph.settings.walk import as_power as as_power
from sonograph.settings.walk import context_of as context_of
from sonograph.settings.walk import from_dict as from_dict
from sonograph.settings.walk import reach_of as reach_of
from sonograph.settings.walk import stages as stages
from sonograph.settings.walk import stft_of as stft_of
from sonograph.settings.walk import whole_sound as whole_sound
from sonograph.settings.walk import with_stft as with_stft
from sonograph.settings.wavelets import WaveletSettings as WaveletSettings

Settings = Union[StftSettings, Stage]  # noqa: UP007
