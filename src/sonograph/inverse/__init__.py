"""Sound back from a spectrogram: exactly from a transform, by Griffin and Lim from a power or a magnitude.

Frames overlap, so a transform says more about a sound than the sound itself: the answer is the sound whose own
transform is nearest to the one given, which for a transform that nobody changed is the sound it came from.
"""

from sonograph.inverse.boxes import box as box
from sonograph.inverse.exact import istft as istft
from sonograph.inverse.iterative import griffin_lim as griffin_lim
