"""Poolings as readers write them: right ones pass, wrong ones are told why."""

import numpy as np
import pytest

from core import numpy_nn as nn


def chw(image):
    return image.transpose(2, 0, 1)[None]


def hwc(images):
    return images[0].transpose(1, 2, 0)


def windows(x, size):
    """Yield (row, column, window) of x (N, C, H, W) without overlap."""
    for i in range(x.shape[2] // size):
        for j in range(x.shape[3] // size):
            yield i, j, np.s_[:, :, i * size : (i + 1) * size, j * size : (j + 1) * size]


class MaxPool:
    """Pool in loops, with a fixed window of 2 x 2."""

    def forward(self, x):
        self.x = x
        y = np.zeros((*x.shape[:2], x.shape[2] // 2, x.shape[3] // 2))
        for i, j, place in windows(x, 2):
            y[:, :, i, j] = x[place].max(axis=(2, 3))
        return y

    def backward(self, dout):
        dx = np.zeros_like(self.x)
        for i, j, place in windows(self.x, 2):
            cells = self.x[place].reshape(*self.x.shape[:2], 4)
            first = np.eye(4)[cells.argmax(axis=2)].reshape(self.x[place].shape)
            dx[place] = first * dout[:, :, i : i + 1, j : j + 1]
        return dx


def max_in_hwc(image, pool_size, stride, pad=0):
    return hwc(nn.max_pool2d(chw(image), pool_size, stride, pad))


def max_backward_in_hwc(dZ, A_prev, pool_size, stride):
    return hwc(nn.max_pool2d_backward(chw(dZ), chw(A_prev), pool_size, stride))


def average_in_hwc(image, pool_size, stride):
    return hwc(nn.avg_pool2d(chw(image), pool_size, stride))


def average_backward_in_hwc(dZ, A_prev, pool_size, stride):
    return hwc(nn.avg_pool2d_backward(chw(dZ), chw(A_prev), pool_size, stride))


def test_a_class_of_a_fixed_window_passes_what_it_can(check_here):
    found = check_here(MaxPool, "maxpool")
    assert found.right, found.lines()
    assert found.cases == 10
    lacking = ["kernel_size", "stride", "padding", "ceil_mode", "dilation"]
    assert sorted(found.left_out) == sorted(lacking)


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        ("maxpool", max_in_hwc),
        ("maxpool", max_backward_in_hwc),
        ("avgpool", average_in_hwc),
        ("avgpool", average_backward_in_hwc),
    ],
)
def test_one_image_hwc_passes_too(check_here, layer, function):
    found = check_here(function, layer)
    assert found.right, found.lines()
    assert "(H, W, C)" in found.what and found.cases >= 12


def test_a_wrong_one_is_told_in_its_own_layout(told):
    def average_for_max(image, pool_size, stride):
        return average_in_hwc(image, pool_size, stride)

    said = told(average_for_max, "maxpool")
    assert "Smallest failing case: x (2, 2, 1), kernel_size 2, stride 2, float64" in said
    assert "y[0, 0, 0] is " in said and "when the mean is taken." in said


def zeros_win(x, kernel_size, stride, padding=0):
    rows, columns = np.broadcast_to(padding, 2)
    padded = np.pad(x, ((0, 0), (0, 0), (rows, rows), (columns, columns)))
    return nn.max_pool2d(padded, kernel_size, stride)


def starts_at_0(x, kernel_size, stride):
    return np.maximum(nn.max_pool2d(x, kernel_size, stride), 0)


def floor_always(x, kernel_size, stride, padding, dilation, ceil_mode):
    return nn.max_pool2d(x, kernel_size, stride, padding, dilation, False)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (zeros_win, "the zeros of the padding take part and win over negative numbers. Padding"),
        (zeros_win, "Right until padding is 1"),
        (starts_at_0, "the search for the largest starts at 0, which wins over negative numbers."),
        (floor_always, "ceil_mode is ignored, and the last windows that hang over the edge are l"),
        (floor_always, "ceil_mode is True"),
        (floor_always, "The shape of y must be (1, 1, "),
    ],
)
def test_a_wrong_max_pooling_is_named(told, function, expected):
    assert expected in told(function, "maxpool")


def spread(dy, x, kernel_size, stride, share):
    """Give each dy to the cells of its window by what ``share`` makes of them."""
    (kh, kw), (sh, sw) = (np.broadcast_to(each, 2) for each in (kernel_size, stride))
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(*dy.shape):
        place = np.s_[n, c, i * sh : i * sh + kh, j * sw : j * sw + kw]
        share(dx, place, x[place], dy[n, c, i, j])
    return dx


def shared(dx, place, cells, dy):
    dx[place] += dy * (cells == cells.max()) / (cells == cells.max()).sum()


def to_all(dx, place, cells, dy):
    dx[place] += dy * (cells == cells.max())


def to_last(dx, place, cells, dy):
    flat = np.zeros(cells.size)
    flat[np.flatnonzero(cells.ravel() == cells.max())[-1]] = dy
    dx[place] += flat.reshape(cells.shape)


def overwritten(dx, place, cells, dy):
    flat = np.zeros(cells.size)
    flat[cells.ravel().argmax()] = dy
    dx[place] = flat.reshape(cells.shape)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (shared, "ties are shared out among all that are largest. Torch gives it all to the first"),
        (shared, "Right until there are ties, equal numbers within a window."),
        (to_all, "every number that is largest gets the whole gradient, x == max."),
        (to_last, "the last of those that are largest gets the gradient."),
        (overwritten, "where windows overlap, the last gradient takes the place of the others."),
    ],
)
def test_a_wrong_max_pooling_backward_is_named(told, share, expected):
    def pool_backward(dy, x, kernel_size, stride):
        return spread(dy, x, kernel_size, stride, share)

    assert expected in told(pool_backward, "maxpool")


def test_a_class_that_shares_ties_out_is_told(told):
    class Shares(MaxPool):
        def backward(self, dout):
            dx = np.zeros_like(self.x)
            for i, j, place in windows(self.x, 2):
                largest = self.x[place] == self.x[place].max(axis=(2, 3), keepdims=True)
                count = largest.sum(axis=(2, 3), keepdims=True)
                dx[place] = largest / count * dout[:, :, i : i + 1, j : j + 1]
            return dx

    assert "dx is what comes out when ties are shared out" in told(Shares, "maxpool")


def sum_for_mean(x, kernel_size, stride):
    return nn.avg_pool2d(x, kernel_size, stride, divisor_override=1)


def never_counts(x, kernel_size, stride, padding):
    return nn.avg_pool2d(x, kernel_size, stride, padding, count_include_pad=False)


def by_whole_kernel(x, kernel_size, stride, padding, ceil_mode):
    kernel = np.broadcast_to(kernel_size, 2)
    return nn.avg_pool2d(
        x, kernel_size, stride, padding, ceil_mode, divisor_override=int(kernel.prod())
    )


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (sum_for_mean, "the sum is taken where the mean is meant."),
        (never_counts, "the cells of the padding are never counted. Torch counts them, unless"),
        (by_whole_kernel, "what hangs over the edge in ceil mode is counted too"),
    ],
)
def test_a_wrong_average_pooling_is_named(told, function, expected):
    assert expected in told(function, "avgpool")


def undivided(dx, place, cells, dy):
    dx[place] += dy


def mean_overwritten(dx, place, cells, dy):
    dx[place] = dy / cells.size


def largest_only(dx, place, cells, dy):
    overwritten(dx, place, cells, dy)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (undivided, "the gradient is not divided by the number of cells in the window."),
        (mean_overwritten, "where windows overlap, the last gradient takes the place of the oth"),
        (largest_only, "Wrong already in the simplest case"),
    ],
)
def test_a_wrong_average_pooling_backward_is_told(told, share, expected):
    def pool_backward(dy, x, kernel_size, stride):
        return spread(dy, x, kernel_size, stride, share)

    assert expected in told(pool_backward, "avgpool")
