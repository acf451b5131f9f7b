"""The ear of ImageBind: Kaldi's log-mel filter bank, as its audio tower was trained on (arXiv 2305.05665, appendix A).

Frames of 25 ms every 10 ms, their mean removed, pre-emphasised, under a Hann window; the power spectrum of 512 points
through 128 triangles on the mel scale, from 20 Hz to half the rate; the natural logarithm; then the mean and twice the
standard deviation of AudioSet taken out.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

RATE = 16_000
FRAME = 400
"""Samples of a frame."""

_SHIFT = 160
_FFT = 512
_BINS = 128
_LOWEST = 20.0  # Hz
_FRAMES = 204  # of a clip, padded or cut
_PRE_EMPHASIS = 0.97
_FLOOR = torch.finfo(torch.float32).eps
_MEAN, _SPREAD = -4.268, 9.138


def mel_clips(clips: Tensor) -> Tensor:
    """(n, m) float32 clips at `RATE`, m >= 1 -> (n, 1, 128, 204) float32, what the audio tower reads.

    Less than a frame is followed by silence. Frames that a clip of less than two seconds lacks are zeros before the
    mean is taken out; longer ones are cut.
    """
    with torch.autocast(clips.device.type, enabled=False):  # logarithms of what is nearly nothing need all digits
        return _mel(F.pad(clips, (0, max(0, FRAME - clips.shape[-1]))))


def _mel(clips: Tensor) -> Tensor:
    frames = clips.unfold(-1, FRAME, _SHIFT)
    frames = frames - frames.mean(dim=-1, keepdim=True)
    before = torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
    frames = (frames - _PRE_EMPHASIS * before) * torch.hann_window(FRAME, periodic=False, device=clips.device)
    power = torch.fft.rfft(frames, _FFT).abs().square()
    mel = (power @ filter_bank().to(clips.device)).clamp(min=_FLOOR).log()
    mel = F.pad(mel.transpose(1, 2), (0, max(0, _FRAMES - mel.shape[1])))[..., :_FRAMES]
    return ((mel - _MEAN) / _SPREAD)[:, None]


@cache
def filter_bank() -> Tensor:
    """(257, 128) weights of the frequencies of the spectrum in each triangle; the last frequency has none."""
    low, high = mel_scale(torch.tensor([_LOWEST, RATE / 2], dtype=torch.float64))
    step = (high - low) / (_BINS + 1)
    left = low + step * torch.arange(_BINS, dtype=torch.float64)
    at = mel_scale(torch.arange(_FFT // 2, dtype=torch.float64) * RATE / _FFT)[:, None]
    weights = torch.minimum((at - left) / step, (left + 2 * step - at) / step).clamp(min=0)
    return F.pad(weights, (0, 0, 0, 1)).float()


def mel_scale(hertz: Tensor) -> Tensor:
    """Frequencies on Kaldi's mel scale."""
    return 1127 * torch.log1p(hertz / 700)
