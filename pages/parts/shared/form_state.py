"""What the form for a new training holds: it outlives a visit elsewhere, and the address says it.

Widgets die with their page and numbers have keys of their own; this is what they are drawn from.
"""

from dataclasses import dataclass, field
from typing import Any, cast

import streamlit as st

from core.architecture.address import KEYS, Address, from_query, to_query
from core.architecture.library import presets
from core.config import DRAWN, RECIPES, USUAL, TrainConfig, recipe_for
from core.mistakes import Mistake
from core.runs.listing import every_run
from core.runs.run import Run
from core.wording import quote
from pages.parts.shared.photo_source import FOLDER, PhotoChoice, source_of
from pages.parts.shared.words import escape_markdown

RUN, NOTHING, ADDRESS = "run", "nothing", "address"
"""What a form may start from beside a preset, which is named by its name."""
# Enough to watch it learn within a minute or two on a laptop, small enough to start at once.
DRAWN_FEW = {"train_per_class": 300, "test_per_class": 100}
DRAWN_SIDE = 96  # at which the article's network begins with drawn pets
FIRST = RECIPES[USUAL].model
_FORM, _KNOWN, _TAKE_OVER = "training-form", "training-form-addresses", "take-over"


@dataclass(frozen=True)
class Origin:
    """The run that a form started from, as it was then."""

    id: str
    name: str
    config: TrainConfig


@dataclass
class Form(PhotoChoice):
    """``network`` is the newest that can be read of what stands in the editor, ``unread`` says why
    the rest cannot, ``base`` is what it was made from. ``number`` counts a visitor's forms, for the
    widgets' keys.
    """

    number: int = 0
    start: str = FIRST
    base: str = FIRST
    network: str = FIRST
    unread: str = ""
    recipe: str = USUAL
    run: Origin | None = None
    editor_open: bool = False
    taken_over: bool = False
    image_size: int | None = None
    sizes: dict[str, int] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether the network is another one than it started as."""
        return self.network != self.base

    @property
    def follows_recipe(self) -> bool:
        """Whether the network is a recipe's own, as it came: then another recipe brings its own."""
        own = {recipe.model for recipe in RECIPES.values()}
        return self.start in own and not self.changed

    @property
    def recipe_config(self) -> TrainConfig:
        """The choices to start from: a recipe's, or those of the run."""
        return self.run.config if self.recipe == RUN and self.run else RECIPES[self.recipe]

    @property
    def suffix(self) -> str:
        """What the keys of the numbers end in.

        Another recipe and other pictures bring other starting values, so the widgets are others
        too; another network does not, so that what was typed stays while somebody changes it.
        """
        recipe = self.run.id if self.recipe == RUN and self.run else self.recipe
        form = f"-{self.number}" if self.number else ""
        return f"{recipe}-{'drawn' if self.drawn else 'folder'}{form}"

    def starting_values(self) -> dict[str, Any]:
        """Return what every choice is before somebody changes it."""
        config = self.recipe_config
        values = config.to_dict()
        if self.recipe != RUN:
            values["window"] = recipe_for(self.network or config.model, self.recipe).window
        if self.drawn and not (self.recipe == RUN and config.data == DRAWN):
            values |= DRAWN_FEW
            values |= {"image_size": DRAWN_SIDE} if self.recipe == "article" else {}
        return values | ({"image_size": self.image_size} if self.image_size else {})

    def current_size(self) -> int:
        """Return the pixels a side as they stand in their box, which is drawn further down."""
        size = st.session_state.get(f"size-{self.suffix}", self.sizes.get(self.suffix))
        return int(size if size is not None else self.starting_values()["image_size"])

    def edit(self, network: str, unread: str = "") -> None:
        """Take over what the editor says."""
        if network != self.network:
            self.sentences = []  # what was wrong with the address is history
        self.network, self.unread = network, unread

    def follow(self, recipe: str) -> None:
        """Take another recipe; with it come its network and its size, where they are a recipe's."""
        if recipe in RECIPES and self.follows_recipe:
            self.start = self.base = self.network = RECIPES[recipe].model
            self.image_size, self.unread, self.sentences = None, "", []
        self.recipe = recipe

    def begin_with(self, start: str, base: str, run: Origin | None = None) -> None:
        """Start from another network, with the recipe that belongs to it."""
        self.start, self.base, self.network, self.unread = start, base, base, ""
        self.run, self.taken_over, self.sentences = run, False, []
        self.recipe = RUN if run else "article" if start == "article" else USUAL
        self.editor_open = self.editor_open or base not in presets()


def current_form(page: str) -> Form:
    """Return this visitor's form: the one before, or what the page's address newly asks for."""
    said = {key: st.query_params[key] for key in KEYS if key in st.query_params}
    known = _known(page)
    run = st.session_state.pop(_TAKE_OVER, None)
    if run is not None:
        _use(taken_over(run))
    elif _FORM not in st.session_state or (said and said not in known.values()):
        _use(read(said))
    known["read"] = said
    return cast(Form, st.session_state[_FORM])


def take_over(run: Run) -> None:
    """Let the next form begin with all choices of a run."""
    st.session_state[_TAKE_OVER] = run


def start_afresh() -> None:
    """Begin with the first preset and its own choices again."""
    _use(Form())
    choose_for_all(None)


def taken_over(run: Run) -> Form:
    """Return a form with a run's network and choices; those that stand alone are set here."""
    config = run.config
    form = Form()
    form.take(config.data)
    form.begin_with(RUN, config.model, origin(run))
    form.taken_over = True
    choose_for_all(config)
    return form


def choose_for_all(config: TrainConfig | None) -> None:
    """Set the widgets that do not start from a recipe: the folder and the mistakes."""
    if config is not None and source_of(config.data) == FOLDER:
        st.session_state["folder"] = config.data
    for mistake in Mistake:
        st.session_state[f"mistake-{mistake}"] = config is not None and mistake in config.mistakes


def origin(run: Run) -> Origin:
    """Remember a run."""
    return Origin(run.id, run.name, run.config)


def all_runs() -> dict[str, Run]:
    """Return every run whose network could be taken, by its id: those of one engine first."""
    return {run.id: run for run in every_run()}


def read(said: dict[str, str]) -> Form:
    """Return the form that an address asks for, with a sentence about all that was wrong."""
    asked, sentences = from_query(said)
    network, start = asked.network, asked.start
    run = None if start in ("", NOTHING, *presets()) else all_runs().get(start)
    form = taken_over(run) if run else Form()
    if start == NOTHING or start in presets():
        form.begin_with(start, "" if start == NOTHING else start)
    elif run is None and network is not None:
        form.begin_with(network if network in presets() else ADDRESS, network)
    if start and run is None and start not in (NOTHING, *presets()):
        sentences.append(
            f"In the address, from must be a preset's name, {NOTHING}, or a run that is here, not "
            f"{start[:60]!r}; it is left out."
        )
    if network is not None:
        form.edit(network)
        form.editor_open = form.editor_open or network not in presets()
    if asked.recipe in RECIPES:
        form.recipe = asked.recipe
    elif asked.recipe:
        sentences.append(
            f"In the address, recipe must be one of {', '.join(RECIPES)}, not "
            f"{quote(asked.recipe)}; it is left out."
        )
    if asked.photos:
        sentences += filter(None, [form.read_address(asked.photos)])
    form.image_size = asked.image_size
    form.sentences = [escape_markdown(each) for each in sentences]
    return form


def written(form: Form) -> dict[str, str]:
    """Return what the address says of a form; nothing of the first one as it starts."""
    start = {RUN: form.run.id if form.run else "", ADDRESS: ""}.get(form.start, form.start)
    network: str | None = form.network
    if form.start in presets() and form.network == form.base:
        start, network = "", None if form.start == FIRST else form.start
    elif form.start != ADDRESS and form.network == form.base:
        network = None
    opened, size = Form(), form.current_size()
    opened.begin_with(form.start, form.base, form.run)
    recipe = form.recipe if form.recipe not in (opened.recipe, RUN) else ""
    opened.recipe = form.recipe
    if form.run and form.run.config.data != DRAWN:
        opened.source = FOLDER
    same = size == opened.starting_values()["image_size"]
    return to_query(Address(start, network, None if same else size, recipe, form.in_address()))


def write_down(page: str, query: dict[str, str]) -> None:
    """Remember that the address says what the form holds, so that it is not read again."""
    _known(page)["written"] = query


def _known(page: str) -> dict[str, dict[str, str]]:
    """Return the addresses of a page that were read or written last."""
    known = st.session_state.setdefault(_KNOWN, {})
    return cast(dict[str, dict[str, str]], known.setdefault(page, {}))


def _use(form: Form) -> None:
    if _FORM in st.session_state:
        form.number = st.session_state[_FORM].number + 1
    st.session_state[_FORM] = form
