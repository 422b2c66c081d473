"""Numbers of one's own: a pasted grid, a photo's crop, or a trained network's kernel."""

import streamlit as st

from core.conv_lab.edits import EditError, use_grid
from core.conv_lab.experiment import Experiment
from core.conv_lab.own import crop_photo, encode_picture
from core.data.decode import PhotoError, decode_photo
from core.data.drawn import draw_pet
from pages.parts.conv_view import state


def show(experiment: Experiment) -> None:
    """Draw the three ways; single cells are edited in the picture itself."""
    st.caption("Single cells: press **Edit numbers** above the pictures, then click a cell.")
    grid, photo = st.tabs(["Paste a grid", "Crop a photo"])
    with grid:
        st.text_area(
            "Numbers",
            key="lab_grid",
            height=120,
            placeholder="0 1 2\n3 4 5\n6 7 8",
            help="One row a line; an empty line starts the next channel.",
        )
        st.button("Use as input", on_click=_use_grid, key="lab_use_grid")
    with photo:
        _choose_crop(experiment)


def _use_grid() -> None:
    try:
        state.use(use_grid(state.current(), st.session_state.lab_grid))
    except EditError as error:
        state.complain(str(error))


def _choose_crop(experiment: Experiment) -> None:
    source = st.segmented_control(
        "Picture",
        ("Drawn cat", "Drawn dog", "My photo"),
        key="lab_photo_source",
        default="Drawn cat",
        required=True,
    )
    if source == "My photo":
        file = st.file_uploader("Photo", type=["jpg", "jpeg", "png", "webp", "bmp", "gif"])
        if file is None:
            return
        try:
            pixels = decode_photo(file.getvalue()).pixels
        except PhotoError as error:
            st.error(str(error))
            return
    else:
        pixels = draw_pet("cat" if source == "Drawn cat" else "dog", 224, 0, 0)
    across = st.slider("Middle, across (%)", 0, 100, 50, key="lab_crop_x")
    down = st.slider("Middle, down (%)", 0, 100, 50, key="lab_crop_y")
    share = st.slider("Side of the crop (% of the shorter side)", 5, 100, 100, key="lab_crop_side")
    cells = st.slider("Cells a side", 4, 64, 32, key="lab_crop_cells")
    crop = crop_photo(pixels, across / 100, down / 100, share / 100, cells)
    st.image(crop, width=192, caption=f"{cells} x {cells} cells, three channels")

    def use_crop() -> None:
        state.change(
            height=cells,
            width=cells,
            channels=3,
            groups=1,
            image="own",
            image_data=encode_picture(crop),
        )

    st.button("Use as input", on_click=use_crop, key="lab_use_crop")
