"""Numbers of one's own: a pasted grid, a photo's crop, or a trained network's kernel."""

import streamlit as st

from core.conv_lab.edits import use_grid
from core.conv_lab.own import crop_photo, encode_picture
from core.conv_lab.trained import convolution_weights, use_filter
from core.data.decode import decode_photo
from core.data.drawn import draw_pet
from core.errors import ModelError, NumbersError, PhotoError
from pages.parts.conv_lab import state
from pages.parts.shared.model_choice import (
    SHIPPED,
    answering_runs,
    load_classifier,
    model_names,
    newest_of,
)

_WAYS = ("Paste a grid", "Crop a photo", "Trained kernel")


def show() -> None:
    """Draw the three ways."""
    st.caption("Single cells: press **Edit numbers** above the pictures, then click a cell.")
    way = st.segmented_control(
        "Take them from", _WAYS, default=_WAYS[0], required=True, key="lab_own_way"
    )
    {_WAYS[0]: _paste_grid, _WAYS[1]: _choose_crop, _WAYS[2]: _choose_kernel}[way or _WAYS[0]]()


def _paste_grid() -> None:
    st.text_area(
        "Numbers",
        key="lab_grid",
        height=120,
        placeholder="0 1 2\n3 4 5\n6 7 8",
        help="One row a line; an empty line starts the next channel.",
    )
    st.button("Use as input", on_click=_use_grid, key="lab_use_grid")


def _use_grid() -> None:
    try:
        state.use(use_grid(state.current(), st.session_state.lab_grid))
    except NumbersError as error:
        state.complain(str(error))


def _choose_crop() -> None:
    source = st.radio(
        "Picture", ("Drawn cat", "Drawn dog", "My photo"), key="lab_photo_source", horizontal=True
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
    picture, settings = st.columns(2)
    with settings:
        across = st.slider("Middle, across (%)", 0, 100, 50, key="lab_crop_x")
        down = st.slider("Middle, down (%)", 0, 100, 50, key="lab_crop_y")
        share = st.slider("Part of the picture (%)", 5, 100, 100, key="lab_crop_side")
        cells = st.slider("Cells a side", 4, 64, 32, key="lab_crop_cells")
    crop = crop_photo(pixels, across / 100, down / 100, share / 100, cells)

    def use_crop() -> None:
        state.change(
            height=cells,
            width=cells,
            channels=3,
            groups=1,
            image="own",
            image_data=encode_picture(crop),
        )

    with picture:
        st.image(crop, width="stretch", caption=f"{cells} x {cells} cells, three channels")
        st.button("Use as input", on_click=use_crop, key="lab_use_crop", type="primary")


def _choose_kernel() -> None:
    runs = answering_runs()
    chosen = st.selectbox(
        "Network", [SHIPPED, *runs], format_func=model_names(runs).__getitem__, key="lab_model"
    )
    try:
        model = load_classifier(newest_of(chosen, runs)).model
    except ModelError as error:
        st.error(str(error))
        return
    weights = convolution_weights(model)
    if not weights:
        st.info("This network has no convolution that fits into the lab.")
        return
    layer = st.selectbox("Layer", list(weights), key="lab_trained_layer")
    last = len(weights[layer]) - 1
    number = st.slider("Filter", 0, last, 0, key="lab_trained_filter") if last else 0
    st.button(
        "Use as kernel",
        on_click=lambda: state.use(use_filter(state.current(), weights[layer], number)),
        key="lab_use_kernel",
    )
