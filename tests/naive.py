"""Each algorithm by its definition, in loops. Slow and plain: what the package is held against."""

import cmath
import math

import numpy as np


def dft(x, n_fft):
    """X[k] = Σ x[m] exp(-2πi k m / n_fft) for the bins of a one-sided transform."""
    return np.array(
        [sum(x[m] * cmath.exp(-2j * math.pi * k * m / n_fft) for m in range(len(x))) for k in range(n_fft // 2 + 1)]
    )


def sample(x, position, edges):
    """The sample at a position that may lie outside of the sound."""
    last = len(x) - 1
    if 0 <= position <= last:
        return x[position]
    if edges == "reflect":
        return x[-position] if position < 0 else x[2 * last - position]
    if edges == "kaldi":
        while not 0 <= position <= last:
            position = -position - 1 if position < 0 else 2 * last + 1 - position
        return x[position]
    return math.nan if edges == "missing" else 0.0


def frame_starts(n_samples, n, hop, edges):
    """Where each frame starts: by walking, not by a formula."""
    if n_samples == 0:
        return []
    starts = []
    if edges in ("inside", "padded"):
        start = 0
        while start + n <= n_samples or (edges == "padded" and (not starts or starts[-1] + n < n_samples)):
            starts.append(start)
            start += hop
    elif edges in ("zeros", "missing", "reflect"):
        start = -(n // 2)
        while start + n <= n_samples + n // 2:
            starts.append(start)
            start += hop
    elif edges == "scipy":  # as "zeros", until a frame has reached the end
        start = -(n // 2)
        while not starts or starts[-1] + n < n_samples + n // 2:
            starts.append(start)
            start += hop
    else:  # Kaldi: as many as hops fit, rounded, each centred on the middle of its hop
        for i in range((n_samples + hop // 2) // hop):
            starts.append(i * hop + hop // 2 - n // 2)
    return starts


def stft(x, window, hop, n_fft, edges):
    """(bins, frames) complex."""
    n = len(window)
    columns = []
    for start in frame_starts(len(x), n, hop, edges):
        frame = [sample(x, start + m, edges) * window[m] for m in range(n)]
        columns.append(dft(frame, n_fft))
    return np.array(columns).T


def one_sided(power, n_fft):
    """Powers of positive frequencies, their negative twins added."""
    doubled = 2 * np.asarray(power, float)
    doubled[0] /= 2
    if n_fft % 2 == 0:
        doubled[-1] /= 2
    return doubled


def mel(f, formula):
    """Mel of a frequency."""
    if formula == "slaney":
        return f / (200 / 3) if f < 1000 else 15 + 27 * math.log(f / 1000) / math.log(6.4)
    return 2595 * math.log10(1 + f / 700) if formula == "htk" else 1127 * math.log(1 + f / 700)


def mel_frequency(m, formula):
    """The frequency of a mel, by halving: no formula to get wrong."""
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if mel(middle, formula) < m else (low, middle)
    return low


def mel_bank(n_bands, low, high, formula, n_fft, sample_rate, *, in_mel):
    """(n_bands, bins) triangles of height 1, straight in hertz or in mel."""
    first, last = mel(low, formula), mel(high, formula)
    corners = [first + (last - first) * i / (n_bands + 1) for i in range(n_bands + 2)]
    place = (lambda f: mel(f, formula)) if in_mel else (lambda f: f)
    if not in_mel:
        corners = [mel_frequency(m, formula) for m in corners]
    bank = np.zeros((n_bands, n_fft // 2 + 1))
    for b in range(n_bands):
        left, middle, right = corners[b : b + 3]
        for k in range(n_fft // 2 + 1):
            x = place(k * sample_rate / n_fft)
            if left < x <= middle:
                bank[b, k] = (x - left) / (middle - left)
            elif middle < x < right:
                bank[b, k] = (right - x) / (right - middle)
    return bank


def cepstra(values, coefficients, lifter=0.0):
    """(coefficients, frames) of (bands, frames): c_n = sqrt(2/N) sum of v_k cos(pi n (k + 1/2) / N), c_0 / sqrt(2)."""
    n_bands, n_frames = values.shape
    out = np.zeros((len(coefficients), n_frames))
    for i, n in enumerate(coefficients):
        scale = math.sqrt((1 if n == 0 else 2) / n_bands)
        lift = 1 + lifter / 2 * math.sin(math.pi * n / lifter) if lifter else 1.0
        for t in range(n_frames):
            terms = (values[k, t] * math.cos(math.pi * n * (k + 0.5) / n_bands) for k in range(n_bands))
            out[i, t] = lift * scale * sum(terms)
    return out


def at_most_below(values, span):
    """Nothing more than `span` below the largest."""
    largest = max(v for row in values for v in row)
    return np.array([[max(v, largest - span) for v in row] for row in values])


def decibels(power, least=1e-10):
    """10 log10 of a power, no less than of `least`."""
    return np.array([[10 * math.log10(max(p, least)) for p in row] for row in power])


def conditioned(frame, remove_dc, preemphasis):
    """A frame as Kaldi and HTK treat it before the window."""
    mean = sum(frame) / len(frame) if remove_dc else 0.0
    y = [x - mean for x in frame]
    return [y[m] - preemphasis * y[max(0, m - 1)] for m in range(len(y))]


def frames(x, n, hop, edges):
    """The samples of each frame."""
    return [[sample(x, start + m, edges) for m in range(n)] for start in frame_starts(len(x), n, hop, edges)]


def deltas(rows, width):
    """(rows, frames): d(t) = sum of m (c(t + m) - c(t - m)) / (2 sum of m²), the first and last frames repeated."""
    n_frames = rows.shape[1]
    at = lambda t: rows[:, min(max(t, 0), n_frames - 1)]  # noqa: E731
    total = 2 * sum(m * m for m in range(1, width + 1))
    columns = [sum(m * (at(t + m) - at(t - m)) for m in range(1, width + 1)) / total for t in range(n_frames)]
    return np.array(columns).T


def pcen(energy, newest, gain, bias, power, eps):
    """(bands, frames), frame after frame."""
    out = np.zeros_like(energy)
    for band in range(energy.shape[0]):
        smooth = 1.0
        for t in range(energy.shape[1]):
            smooth = (1 - newest) * smooth + newest * energy[band, t]
            out[band, t] = (energy[band, t] / (eps + smooth) ** gain + bias) ** power - bias**power
    return out


def constant_q(x, low, n_bands, per_octave, hop, sample_rate, gamma=0.0):
    """(bands, frames) complex: each band through a Hann window of Q periods around sample i hop; L1-normalised."""
    ratio = 2 ** (1 / per_octave)
    a = (ratio**2 - 1) / (ratio**2 + 1)
    out = []
    for k in range(n_bands):
        f = low * ratio**k
        length = sample_rate / (a * f + gamma)
        half = math.floor(length / 2)
        weights = [0.5 + 0.5 * math.cos(2 * math.pi * m / length) for m in range(-half, half + 1)]
        row = []
        for middle in range(0, len(x) + 1, hop):
            total = 0j
            for m, w in zip(range(-half, half + 1), weights, strict=True):
                total += w * sample(x, middle + m, "zeros") * cmath.exp(-2j * math.pi * f / sample_rate * m)
            row.append(total / sum(weights))
        out.append(row)
    return np.array(out)


def plp(bands, centres, order, count, compression):
    """(coefficients,) of the powers of one frame's bands: Hermansky 1990, its equations one after the other."""
    weighted = []
    for power, f in zip(bands, centres, strict=True):
        loud = (f**2 / (f**2 + 1.6e5)) ** 2 * (f**2 + 1.44e6) / (f**2 + 9.61e6)
        weighted.append((power * loud) ** compression)
    weighted = [weighted[0], *weighted, weighted[-1]]
    around = weighted + weighted[-2:0:-1]  # both sides of a real spectrum
    n = len(around)
    r = [sum(v * math.cos(2 * math.pi * lag * i / n) for i, v in enumerate(around)) / n for lag in range(order + 1)]
    matrix = np.array([[r[abs(i - j)] for j in range(order)] for i in range(order)])
    a = np.linalg.solve(matrix, -np.array(r[1:]))
    gain = r[0] + sum(a[i] * r[i + 1] for i in range(order))
    # the cepstrum as what it is: the inverse transform of the logarithm of the model's power
    w = 2 * math.pi * np.arange(8192) / 8192
    model = gain / abs(1 + sum(a[i] * np.exp(-1j * w * (i + 1)) for i in range(order))) ** 2
    c = np.fft.ifft(np.log(model)).real[:count]
    return np.array([c[0], *c[1:]])


def morlet(w0, u):
    """A Gaussian of w0 / 2 pi periods' deviation; a cosine of amplitude 1 reads 1."""
    return 2 / (math.sqrt(2 * math.pi) * w0) * math.exp(-0.5 * (u / w0) ** 2) * cmath.exp(1j * u)


def morse(gamma, beta, u):
    """Olhede and Walden's wavelet, its peak at s = 1, by adding up its frequencies."""
    total, step = 0j, 0.01
    for i in range(1, 320):
        s = i * step
        total += cmath.exp(beta * math.log(s) + beta / gamma * (1 - s**gamma) + 1j * s * u) * step
    return total / math.pi


def wavelet_transform(x, wavelet, half, centres, hop, sample_rate):
    """(rows, frames) complex: samples around sample i hop times conjugate wavelets; NaN where those reach out."""
    out = []
    for f in centres:
        turn = 2 * math.pi * f / sample_rate
        reach = math.floor(half / turn)
        weights = [turn * wavelet(turn * m).conjugate() for m in range(-reach, reach + 1)]
        row = []
        for middle in range(0, len(x) + 1, hop):
            inside = middle - reach >= 0 and middle + reach < len(x)
            row.append(sum(w * x[middle - reach + m] for m, w in enumerate(weights)) if inside else complex(math.nan))
        out.append(row)
    return np.array(out)


def squeezed_transform(x, window, hop, n_fft):
    """(bins, frames) complex: each value of each frame that lies in x, added to the bin where its phase turns."""
    n, middle, n_bins = len(window), len(window) // 2, n_fft // 2 + 1
    slope = [(window[(m + 1) % n] - window[m - 1]) / 2 for m in range(n)]
    out = []
    for start in range(0, len(x) - n + 1, hop):
        column = [0j] * n_bins
        for k in range(n_bins):
            turns = [cmath.exp(-2j * math.pi * k * (m - middle) / n_fft) for m in range(n)]
            value = sum(x[start + m] * window[m] * turns[m] for m in range(n))
            sloping = sum(x[start + m] * slope[m] * turns[m] for m in range(n))
            row = k if value == 0 else round(k - (sloping / value).imag * n_fft / (2 * math.pi))
            stands_for = 1 if k == 0 or 2 * k == n_fft else 2
            column[min(max(row, 0), n_bins - 1)] += stands_for * value / (n_fft * window[middle])
        out.append(column)
    return np.array(out).T


def begins(span, width, first, step):
    """The first item, of those at samples first + i step, that lies at or after the start of each pixel; by walking."""
    numbers, i = [], -abs(first) - 1
    for q in range(width + 1):
        while (first + i * step - span.start) * width < q * len(span):
            i += 1
        numbers.append(i)
    return numbers


def gathered(values, edges):
    """(low, high, total, count) of the numbers in each column, from edges[q] to edges[q + 1]; NaN is skipped."""
    low, high, total, count = [], [], [], []
    for q in range(len(edges) - 1):
        numbers = [float(values[i]) for i in range(edges[q], edges[q + 1]) if not math.isnan(values[i])]
        low.append(min(numbers, default=math.nan))
        high.append(max(numbers, default=math.nan))
        total.append(math.fsum(numbers))
        count.append(len(numbers))
    return np.array(low), np.array(high), np.array(total), np.array(count)


def pixels(values, columns, rows):
    """Of (frames, rows): the largest of each pixel, the sum of its frames' means over its rows, and frames a column."""
    shape = len(columns) - 1, len(rows) - 1
    largest, total, counts = np.full(shape, math.nan), np.zeros(shape), np.zeros(shape[0], int)
    for q in range(shape[0]):
        for i in range(columns[q], columns[q + 1]):
            if math.isnan(values[i, 0]):
                continue
            counts[q] += 1
            for r in range(shape[1]):
                numbers = [float(values[i, k]) for k in range(rows[r], rows[r + 1])]
                largest[q, r] = max(numbers) if math.isnan(largest[q, r]) else max(largest[q, r], *numbers)
                total[q, r] += math.fsum(numbers) / len(numbers)
    return largest, total, counts


def kurtogram(x, levels):
    """{(bands of the row, band): kurtosis}: filter, keep one sample of so many, fourth moment (Antoni 2007)."""

    def part(c, parts, which):
        taps = {2: 33, 3: 49}[parts]
        low = []
        for i in range(taps):
            t = (i - taps // 2) / (2 * parts)
            sinc = 1.0 if t == 0 else math.sin(math.pi * t) / (math.pi * t)
            low.append(sinc * (0.54 - 0.46 * math.cos(2 * math.pi * i / (taps - 1))))
        turn = 2j * math.pi * (which + 0.5) / (2 * parts)
        h = [v / sum(low) * cmath.exp(turn * i) for i, v in enumerate(low)]
        return [sum(h[i] * c[n - i] for i in range(taps)) for n in range(taps - 1, len(c), parts)]

    def kurtosis(c):
        square = sum(abs(v) ** 2 for v in c) / len(c)
        return sum(abs(v) ** 4 for v in c) / len(c) / square**2 - 2

    x = [v - sum(x) / len(x) for v in x]
    found = {(1, 0): (kurtosis(x) - 1) / 1.5}
    row = [x]
    for level in range(1, levels + 1):
        if level < levels:
            for band, c in enumerate(row):
                for third in range(3):
                    found[3 * len(row), 3 * band + third] = kurtosis(part(c, 3, third))
        halves = []
        for c in row:
            upper = part(c, 2, 1)
            halves += [part(c, 2, 0), [v * (-1) ** n for n, v in enumerate(upper)]]
        row = halves
        for band, c in enumerate(row):
            found[len(row), band] = kurtosis(c)
    return found
