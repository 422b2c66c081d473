"""Numbers of one's own: typed or pasted, a photo's crop, or a trained network's kernel."""

import streamlit as st

from core.conv_lab.edits import use_typed, wanted_axes
from core.conv_lab.own import crop_photo, encode_picture
from core.conv_lab.trained import convolution_weights, use_filter
from core.conv_lab.typed_numbers import Axis
from core.data.decode import decode_photo
from core.data.drawn import draw_pet
from core.errors import ModelError, NumbersError, PhotoError
from pages.parts.conv_lab import state
from pages.parts.shared.model_choice import (
    answering_runs,
    choose_weights,
    is_run,
    load_classifier,
    model_names,
    newest_of,
)

_WAYS = ("Type numbers", "Crop a photo", "Trained kernel")
_ARRAYS = {"x": "Input", "weight": "Kernel", "dy": "Upstream gradient"}


def show() -> None:
    """Draw the three ways."""
    st.caption("Single cells: press **Edit numbers** above the pictures, then click a cell.")
    way = st.segmented_control(
        "Take them from", _WAYS, default=_WAYS[0], required=True, key="lab_own_way"
    )
    {_WAYS[0]: _type_numbers, _WAYS[1]: _choose_crop, _WAYS[2]: _choose_kernel}[way or _WAYS[0]]()


def _type_numbers() -> None:
    array = st.segmented_control(
        "What they are",
        list(_ARRAYS),
        format_func=_ARRAYS.__getitem__,
        default="x",
        required=True,
        key="lab_typed_array",
    )
    array = str(array or "x")
    st.text_area(
        f"Numbers of the {_ARRAYS[array].lower()}: {_wanted(array)}",
        key="lab_typed",
        persist_state="session",
        height=120,
        placeholder="0 1 2\n3 4 5\n6 7 8",
        help="One row a line, an empty line before the next channel; or in brackets as JSON, "
        "NumPy and torch write them: [[0, 1], [2, 3]].",
        on_change=lambda: st.session_state.pop("lab_typed_complaint", None),
    )
    complaint = st.session_state.get("lab_typed_complaint")
    if complaint:
        st.markdown(f":red[{complaint}]")
    st.button(
        f"Use as {_ARRAYS[array].lower()}", on_click=_use_typed, args=(array,), key="lab_use_typed"
    )


def _wanted(array: str) -> str:
    """Say in a few words what shape is wanted."""
    try:
        axes = wanted_axes(state.current(), array)
    except NumbersError:
        return "none while the settings are impossible"
    return " x ".join(map(_counted, axes))


def _counted(axis: Axis) -> str:
    count = str(axis.most) if axis.least == axis.most else f"{axis.least} to {axis.most}"
    return f"{count} {axis.name}{'' if axis.most == 1 else 's'}"


def _use_typed(array: str) -> None:
    try:
        state.use(use_typed(state.current(), array, st.session_state.lab_typed))
        st.session_state.lab_typed_complaint = ""
    except NumbersError as error:
        st.session_state.lab_typed_complaint = str(error)


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
    names = model_names(runs)
    chosen = st.selectbox("Network", list(names), format_func=names.__getitem__, key="lab_model")
    try:
        choice = (
            choose_weights(runs[chosen], None, "lab_weights")
            if is_run(chosen)
            else newest_of(chosen, runs)
        )
        model = load_classifier(choice).model
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
