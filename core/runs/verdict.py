"""What the curves of a training say, in a sentence: does it learn, and if not, what to try.

Nothing is recorded: a verdict is computed from the events, for a run of any age. What is called
better, worse or more than guessing must be so by more than chance gives so few photos.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.runs.advice import more_variety, rate_advice, way_out
from core.runs.best_epoch import best_epochs
from core.runs.curves import Curves, curves_of
from core.runs.run import Run
from core.training.events import EpochDone
from core.wording import percent

FEW_BATCHES = 20
"""Nothing is said of fewer: the first batches jump whatever comes of them."""
HOPELESS, FEWEST_BATCHES = 5, 6
"""Unless two tests came out so many times worse than guessing: then so few batches are enough."""
SLOW_BATCHES = 30
"""Some networks need so many before they begin to learn."""
FEW_PHOTOS = 50
"""With fewer test photos a verdict says how many there are."""


class Kind(StrEnum):
    """What a training comes to."""

    TOO_EARLY = "too early"
    LEARNING = "learning"
    LEARNT = "learnt"
    OVER_FITTING = "over-fitting"
    GUESSING = "guessing"
    WORSE = "worse than guessing"
    DIVERGED = "diverged"


FAILED = frozenset({Kind.GUESSING, Kind.WORSE, Kind.DIVERGED})


@dataclass(frozen=True)
class Verdict:
    """A kind, and a sentence that gives the reason in numbers and says what to try."""

    kind: Kind
    sentence: str

    @property
    def failed(self) -> bool:
        """Whether nothing was learnt."""
        return self.kind in FAILED


def verdict_of(run: Run) -> Verdict:
    """Judge a run by what it has logged so far."""
    return judge(curves_of(run))


def best_learnt(curves: Curves) -> tuple[EpochDone, EpochDone] | None:
    """Return the epochs of the lowest test loss and of the highest test accuracy, where something
    was learnt: a run that has failed has none, unless it got above guessing before.
    """
    found = best_epochs(curves.epochs)
    if found is None or not judge(curves).failed:
        return found
    above = curves.above_guessing(found[1].test_accuracy, curves.test_photos)
    return found if above else None


def best_epoch(run: Run) -> int | None:
    """Return the epoch of the highest test accuracy, the first of equal ones, if its weights are
    kept; None for a run that has learnt nothing.
    """
    found = best_learnt(curves_of(run))
    kept = found is not None and found[1].epoch in run.checkpoints.epochs()
    return found[1].epoch if found is not None and kept else None


def judge(curves: Curves) -> Verdict:
    """Return the first verdict that applies, from the gravest on."""
    for rule in (diverged, worse_than_guessing, too_early, stuck, over_fitting):
        verdict = rule(curves)
        if verdict is not None:
            return with_doubt(verdict, curves)
    return with_doubt(progress(curves), curves)


# The rules, gravest first; each returns None when it does not apply


def diverged(curves: Curves) -> Verdict | None:
    """The loss left the numbers."""
    if not curves.diverged:
        return None
    sentence = f"Failed: the loss grew until it was no number any more. {rate_advice(curves)}"
    return Verdict(Kind.DIVERGED, sentence)


def worse_than_guessing(curves: Curves) -> Verdict | None:
    """The newest quarter of the batches has a loss far above that of guessing."""
    newest = min(curves.since, len(curves.losses), max(FEW_BATCHES, len(curves.losses) // 4))
    tested = [done.test_loss for done in curves.epochs[-2:]]
    hopeless = len(tested) == 2 and min(tested) > HOPELESS * curves.guessing_loss
    if newest < (FEWEST_BATCHES if hopeless else FEW_BATCHES):
        return None
    loss = float(np.median(curves.losses[-newest:]))
    if loss < 1.5 * curves.guessing_loss:
        return None
    right = ""
    if curves.epochs:
        right = f" and {percent(curves.epochs[-1].test_accuracy)} of the test photos are right"
    return Verdict(
        Kind.WORSE,
        f"{'Failed' if curves.ended else 'Failing'}: worse than guessing. The loss is {loss:.3g}, "
        f"where guessing has {curves.guessing_loss:.3f},{right or ' and falls no more'}: "
        f"its answers are sure and often wrong. {rate_advice(curves)}",
    )


def too_early(curves: Curves) -> Verdict | None:
    """There is no trend yet."""
    done = len(curves.epochs)
    if done >= 2 and len(curves.losses) >= FEW_BATCHES:
        return None
    if not curves.ended:
        needs = f"two epochs, {done} done"
        if done >= 2:
            needs = f"{FEW_BATCHES} batches, {len(curves.losses)} done"
        return Verdict(Kind.TOO_EARLY, f"Too early to say: a trend needs {needs}.")
    if not done:
        return Verdict(Kind.TOO_EARLY, "Too early to say: it ended before its first test.")
    what = f"{counted(done, 'epoch')} with {counted(len(curves.losses), 'batch', 'es')}"
    now = percent(curves.epochs[-1].test_accuracy)
    return Verdict(
        Kind.TOO_EARLY,
        f"Too early to say: {what} show{'s' if done == 1 else ''} no trend. {now} of the test "
        "photos are right so far; train on to see more.",
    )


def stuck(curves: Curves) -> Verdict | None:
    """Not even the training photos are told apart, and the loss stays that of guessing."""
    last = curves.epochs[-1]
    flat = last.train_loss > 0.95 * curves.guessing_loss
    if not flat or curves.above_guessing(last.train_accuracy, curves.train_photos):
        return None
    if len(curves.losses) < SLOW_BATCHES:
        return None
    after = counted(last.epoch, "epoch")
    return Verdict(
        Kind.GUESSING,
        f"Stuck at guessing: after {after} the training loss is {last.train_loss:.3f}, "
        f"where guessing has {curves.guessing_loss:.3f}, and {percent(last.train_accuracy)} of the "
        f"training photos are right. To try: {way_out(curves)}.",
    )


def over_fitting(curves: Curves) -> Verdict | None:
    """The test loss has risen since its lowest point while the training loss went on falling."""
    epochs = curves.epochs
    lowest = min(range(len(epochs)), key=lambda index: epochs[index].test_loss)
    best, last = epochs[lowest], epochs[-1]
    room = max(0.05 * best.test_loss, 0.3 / math.sqrt(max(1, curves.test_photos)))
    later = [done.test_loss for done in epochs[lowest + 1 :]]
    rising = len(later) >= 2 and min(later[-2:]) > best.test_loss + room
    rising = rising and later[-1] > 0.7 * max(later)  # and not on its way back from a jump
    if rising and last.train_loss < best.train_loss:
        high = max(done.test_accuracy for done in epochs)
        holds = last.test_accuracy >= high - 1 / math.sqrt(max(1, curves.test_photos))
        now, top = percent(last.test_accuracy), percent(high)
        still = f" The share of right answers still holds: {now}, {top} at best." if holds else ""
        return Verdict(
            Kind.OVER_FITTING,
            f"Over-fitting since epoch {best.epoch}: the training loss fell on to "
            f"{last.train_loss:.3f} while the test loss rose from {best.test_loss:.3f} to "
            f"{last.test_loss:.3f}.{still} To try: {more_variety(curves)}, or fewer epochs.",
        )
    learnt = last.train_accuracy > curves.majority + 0.2
    guessed = last.test_accuracy <= curves.majority + min(0.1, 1 / math.sqrt(curves.test_photos))
    if learnt and guessed and len(epochs) >= 3:
        return Verdict(
            Kind.OVER_FITTING,
            f"Learning by heart: {percent(last.train_accuracy)} of the training photos are right, "
            f"but only {percent(last.test_accuracy)} of the test photos, where guessing gets "
            f"{percent(curves.majority)}. To try: {more_variety(curves)}.",
        )
    return None


def progress(curves: Curves) -> Verdict:
    """Say of a training that learns whether it still gets better."""
    epochs = curves.epochs
    last, newest = epochs[-1], max(2, len(epochs) // 5)
    found = best_epochs(epochs)
    assert found is not None  # too_early has seen to that
    best = found[1]
    before = min((done.test_loss for done in epochs[:-newest]), default=math.inf)
    falling = last.train_loss < epochs[-2].train_loss
    improving = falling and min(done.test_loss for done in epochs[-newest:]) < 0.98 * before
    now = f"{percent(last.test_accuracy)} of the test photos are right"
    after = counted(last.epoch, "epoch")
    learnt = curves.above_guessing(best.test_accuracy, curves.test_photos)
    if not curves.ended:
        how = "Still learning" if improving else "Levelling off"
        return Verdict(Kind.LEARNING, f"{how}: {now} after {after}.")
    if not learnt:
        return Verdict(
            Kind.LEARNING,
            f"Hardly begun to learn: {now} after {after}, which guessing might reach too. "
            f"To try: more epochs, or {way_out(curves)}.",
        )
    at_best = percent(best.test_accuracy)
    is_same = at_best == percent(last.test_accuracy)  # as it is said
    peak = "" if is_same else f" (at best {at_best}, epoch {best.epoch})"
    if improving:
        return Verdict(
            Kind.LEARNING,
            f"Still learning when it ended: {now}{peak}, and both losses were falling. "
            "More epochs should help.",
        )
    much = best.test_accuracy >= (1 + curves.majority) / 2
    return Verdict(
        Kind.LEARNT,
        f"Learnt{'' if much else ' a little'}: {now} after {after}{peak}, and it has levelled off.",
    )


# Words


def with_doubt(verdict: Verdict, curves: Curves) -> Verdict:
    """Add how few test photos there are, where a verdict rests on them."""
    rests = verdict.kind in (Kind.LEARNING, Kind.LEARNT, Kind.OVER_FITTING)
    if not rests or curves.test_photos >= FEW_PHOTOS:
        return verdict
    doubt = f" With {curves.test_photos} test photos this is a hint, no proof."
    return Verdict(verdict.kind, verdict.sentence + doubt)


def counted(number: int, noun: str, plural: str = "s") -> str:
    """Say how many of something there are: "1 epoch", "3 epochs"."""
    return f"{number} {noun}{plural if number != 1 else ''}"
