"""The film of the map of photos: its pictures are made while somebody looks."""

import streamlit as st

from core.runs.run import Run
from pages.parts.shared.redrawn import redrawn

POLL_SECONDS = 0.5


def is_made(run: Run, epoch: int) -> bool:
    """Tell whether the map of these very weights has been made."""
    from core.explain.film import Film

    return Film(run).frame(epoch).silence() is not None


def follow_film(run: Run, wanted: int, shown: int | None) -> None:
    """Let the missing maps be made, and say how far they are; ``shown`` is on screen already."""
    from core.explain.film import Film

    film = Film(run)
    if shown == wanted and not missing(run):
        return

    def draw() -> None:
        left = missing(run)
        if (shown != wanted and is_made(run, wanted)) or (shown == wanted and not left):
            st.rerun()
        if film.frame(wanted).failed():
            tell_failure(run, wanted)
            return
        film.want(wanted)
        if shown == wanted:
            kept = len(run.saved_epochs())
            st.caption(
                f"For the film the maps of {kept - len(left)} of {kept} kept epochs are made; the "
                "others follow while you look."
            )
        else:
            tell_progress(run, wanted, shown)

    redrawn(draw, every=POLL_SECONDS, key=f"film-{run.id}")


def missing(run: Run) -> list[int]:
    """List the kept epochs whose map can still be made."""
    from core.explain.film import Film

    film = Film(run)
    ready = set(film.ready())
    return [e for e in run.saved_epochs() if e not in ready and not film.frame(e).failed()]


def tell_progress(run: Run, wanted: int, shown: int | None) -> None:
    """Draw how far the wanted map is, and say what is seen until then."""
    from core.explain.film import Film

    progress = Film(run).frame(wanted).progress()
    what = f"Making the map {when(wanted)}"
    if progress is None or not progress.total:
        share, far = 0.0, "starting ..."
    else:
        share = progress.done / progress.total
        far = f"{progress.done:,} of {progress.total:,} test photos"
    until = "" if shown is None else f". Until then you see it {when(shown)}"
    st.progress(share, f"{what}: {far}{until}")


def tell_failure(run: Run, wanted: int) -> None:
    """Say why a map could not be made, with the way to try again."""
    from core.explain.film import Film

    frame = Film(run).frame(wanted)
    progress = frame.progress()
    problem = "" if progress is None else progress.problem
    st.warning(f"The map {when(wanted)} could not be made: {problem}")
    if st.button("Try again", key=f"again-map-{wanted}"):
        frame.report(0, 0)
        st.rerun()


def when(epoch: int) -> str:
    """Name an epoch's moment."""
    return "of the untrained network" if epoch == 0 else f"after epoch {epoch}"
