"""Numbers of one's own for a layer: its arrays as text, to be changed or pasted over."""

import streamlit as st

from core.conv_lab.demos import Demo
from core.conv_lab.demos.settings import as_text, own_fields
from core.errors import NumbersError
from pages.parts.conv_lab import layer_state

_COMPLAINT = "layer_numbers_complaint"


def show(name: str) -> None:
    """Draw the choice of an array, its numbers as text, and the button that takes them."""
    layer = layer_state.current(name)
    broken = layer.broken()
    if broken:
        st.caption("First the settings must fit together again.")
        return
    demo = layer.carry_out()
    assert isinstance(demo, Demo)
    panels = {panel.name: panel for panel in demo.panels}
    names = [field.removeprefix("own_") for field in own_fields(layer)]
    which = st.segmented_control(
        "Which numbers",
        names,
        default=names[0],
        format_func=lambda each: panels[each].title,
        required=True,
        key=f"layer_own_{name}",
    )
    which = str(which or names[0])
    key = f"layer_text_{name}_{which}"
    made_for = layer, which
    if key not in st.session_state or st.session_state.get("layer_text_of") != made_for:
        st.session_state[key] = as_text(panels[which].array)
        st.session_state["layer_text_of"] = made_for
        st.session_state.pop(_COMPLAINT, None)
    axes = [f"{axis.name}s" for axis in layer.axes()[which]]
    st.text_area(
        " x ".join(axes).capitalize(),
        key=key,
        height=160,
        help="A row a line, an empty line between maps; or brackets as JSON, NumPy and torch "
        "write them.",
    )
    if _COMPLAINT in st.session_state:
        st.error(st.session_state[_COMPLAINT])
    with st.container(horizontal=True, gap="small"):
        st.button("Use these", type="primary", on_click=_take, args=(name, which, key))
        if any(getattr(layer, field) for field in own_fields(layer)):
            st.button(
                "Random numbers again",
                on_click=lambda: layer_state.use(name, layer.without_own_numbers()),
            )


def _take(name: str, which: str, key: str) -> None:
    layer = layer_state.current(name)
    try:
        layer_state.use(name, layer.use_numbers(which, st.session_state[key]))
        st.session_state.pop(_COMPLAINT, None)
    except NumbersError as error:
        st.session_state[_COMPLAINT] = str(error)
