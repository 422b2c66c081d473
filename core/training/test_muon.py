"""Muon in both engines: orthogonal steps, as large as Adam's, and torch's own on matrices."""

import numpy as np
import pytest
import torch

from core.numpy_nn import Muon as NumpyMuon
from core.numpy_nn import Sequential, optimisers
from core.training.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(6, 40), (40, 6), (7, 7), (3, 1)])
def test_all_directions_come_out_alike_and_stay_where_they_are(shape):
    matrix = np.random.default_rng(0).normal(size=shape)
    rows, sizes, columns = np.linalg.svd(matrix, full_matrices=False)
    assert len(sizes) == 1 or sizes.max() / sizes.min() > 1.5
    ours = optimisers.orthogonal(matrix)
    turned = rows.T @ ours @ columns.T
    assert turned == pytest.approx(np.diag(np.diag(turned)), abs=1e-9)
    assert (np.diag(turned) > 0.65).all() and (np.diag(turned) < 1.25).all()
    assert ours.shape == shape
    theirs = orthogonal(torch.from_numpy(matrix)).numpy()
    np.testing.assert_allclose(theirs, ours, rtol=1e-12, atol=1e-14)


def test_a_step_is_that_of_torchs_own_on_the_kernels_as_matrices():
    random = np.random.default_rng(1)
    start = torch.from_numpy(random.normal(size=(5, 4, 3, 3)).astype(np.float32))
    ours, theirs = start.clone().requires_grad_(), start.flatten(1).clone().requires_grad_()
    mine = Muon([ours], 0.01, 0.5, torch.bfloat16)
    other = torch.optim.Muon([theirs], 0.01, 0.5, adjust_lr_fn="match_rms_adamw")
    for _ in range(4):
        before = ours.detach().clone().flatten(1)
        gradient = torch.from_numpy(random.normal(size=start.shape).astype(np.float32))
        ours.grad, theirs.grad = gradient, gradient.flatten(1).clone()
        mine.step()
        other.step()
        moved, wanted = ours.detach().flatten(1) - before, theirs.detach() - before
        # Both compute in bfloat16, of eight bits, and add up in orders of their own.
        assert float((moved - wanted).norm()) < 0.03 * float(wanted.norm())
        assert torch.equal(ours.grad, gradient)
        theirs.data.copy_(ours.detach().flatten(1))


def test_what_are_no_kernels_goes_as_adam_does_it_and_does_not_decay():
    random = np.random.default_rng(2)
    start = torch.from_numpy(random.normal(size=(3, 5)))
    ours, theirs = start.clone().requires_grad_(), start.clone().requires_grad_()
    kernels = torch.ones(2, 2, 1, 1, dtype=torch.float64, requires_grad=True)
    mine = Muon([ours, kernels], lr=0.01, weight_decay=0.9)
    adam = torch.optim.AdamW([theirs], lr=0.01, weight_decay=0.0)
    for _ in range(3):
        ours.grad = theirs.grad = torch.from_numpy(random.normal(size=start.shape))
        mine.step()
        adam.step()
        assert torch.equal(ours, theirs)
    assert bool((kernels == 1).all())  # it had no gradient


def test_settings_that_cannot_work_are_refused():
    network = Sequential()
    with pytest.raises(ValueError, match="weight_decay must be at least 0, not -1"):
        NumpyMuon(network, weight_decay=-1)
    with pytest.raises(ValueError, match="momentum must be at least 0 and below 1, not 1"):
        NumpyMuon(network, momentum=1)
