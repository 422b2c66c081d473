"""Batch norm over the photos of all processes; torch's own SyncBatchNorm needs a graphics card."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm

from core.training.team import Team


class BatchNorm2d(nn.BatchNorm2d):
    """``norm``, whose statistics in training are those of the whole batch.

    Its kind keeps its name, by which a network's layers are told apart.
    """

    def __init__(self, norm: nn.BatchNorm2d, team: Team) -> None:
        super().__init__(norm.num_features, norm.eps, norm.momentum, dtype=norm.weight.dtype)
        self.load_state_dict(norm.state_dict())
        self.team = team

    def forward(self, input: Tensor) -> Tensor:
        """Normalise x (N, C, H, W), N of which are this process's and may be 0."""
        if not self.training:
            return super().forward(input)
        count, mean, variance = statistics(input, self.running_mean, self.team)
        if self.track_running_stats:
            assert self.num_batches_tracked is not None and self.momentum is not None
            assert self.running_mean is not None and self.running_var is not None
            self.num_batches_tracked.add_(1)
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
        arguments = (self.weight, self.bias, mean, variance, count, self.eps, self.team)
        apply: Any = Normalise.apply  # torch gives it no types
        normalised: Tensor = apply(input, *arguments)
        return normalised


@torch.no_grad()
def statistics(x: Tensor, like: Tensor | None, team: Team) -> tuple[float, Tensor, Tensor]:
    """Return how many numbers a channel of all processes has, their mean (C,) and variance (C,).

    The sums of each process are combined in float64: then nothing is lost where the mean is large
    beside the spread (Chan, Golub and LeVeque, 1983, meet it with another formula).
    """
    assert like is not None
    own = x.numel() / x.shape[1]
    mean, variance = torch.zeros_like(like), torch.zeros_like(like)
    if own:  # torch's own pass over the batch, in the precision of what is kept
        mean, variance = torch.batch_norm_update_stats(x, mean, variance, 0.0)
    mean, variance = mean.double(), variance.double()
    sums = torch.stack([mean * own, (variance + mean**2) * own, torch.full_like(mean, own)])
    total, squares, counts = team.sum(sums)
    mean = total / counts
    variance = (squares / counts - mean**2).clamp_(min=0)
    return float(counts[0]), mean.to(like.dtype), variance.to(like.dtype)


class Normalise(torch.autograd.Function):
    """(x - mean) / sqrt(variance + eps) * weight + bias, where x decides mean and variance."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  autograd's own
        x: Tensor,
        weight: Tensor,
        bias: Tensor,
        mean: Tensor,
        variance: Tensor,
        count: float,
        eps: float,
        team: Team,
    ) -> Tensor:
        """Normalise; ``count`` numbers of each channel gave mean (C,) and variance (C,)."""
        ctx.save_for_backward(x, weight, mean, variance)
        ctx.count, ctx.eps, ctx.team = count, eps, team
        return batch_norm(x, mean, variance, weight, bias, training=False, eps=eps)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        """Return dx, which follows all photos of the batch, and this process's dweight, dbias.

        With y the normalised x: dx = weight / sqrt(variance + eps) (dy - mean(dy) - y mean(dy y)),
        means over the whole batch (Ioffe and Szegedy, 2015). torch's backward with fixed
        statistics gives the first term and the sums of this process.
        """
        (dy,) = gradients
        x, weight, mean, variance = ctx.saved_tensors
        dweight, dbias, dx = torch.zeros_like(weight), torch.zeros_like(weight), dy
        if len(x):
            dx, dweight, dbias = torch.ops.aten.native_batch_norm_backward(
                *(dy, x, weight, mean, variance, None, None, False, ctx.eps, [True] * 3)
            )
        mean_dy_y, mean_dy = ctx.team.sum(torch.stack([dweight, dbias])) / ctx.count
        inverse = (variance + ctx.eps).rsqrt()
        slope = weight * inverse**2 * mean_dy_y
        constant = weight * inverse * mean_dy - slope * mean
        shape = (1, -1, 1, 1)
        dx = dx.addcmul(x, slope.to(x.dtype).view(shape), value=-1)
        dx -= constant.to(x.dtype).view(shape)
        return dx, dweight, dbias, None, None, None, None, None
