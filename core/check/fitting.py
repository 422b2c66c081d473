"""What a form can be asked: which cases, in which layouts, and how a result lies then."""

from dataclasses import replace
from typing import Any

from core.check.forms import (
    ClassForm,
    Form,
    FunctionForm,
    OptimiserForm,
    settings_in_a_dict,
)
from core.check.layers.layer import Case
from core.check.layouts import LAYOUTS, laid_out
from core.errors import CheckError

PARTS_OF = {"beta1": "betas", "beta2": "betas"}
SQUARE = ("kernel", "kernel_size", "stride", "padding")
"""What functions that find it in a dict take as one number."""
PAIRS = "one number each for height and width"


def missing(form: Form, case: Case) -> list[str]:
    """List the parameters that a case needs and the function or class does not have."""
    found = [
        name
        for name in case.unlike(form.layer.simple)
        if name in settable(form)
        and not form.takes(name)
        and not form.takes(PARTS_OF.get(name, name))
    ]
    if settings_in_a_dict(form):
        found += [name for name in SQUARE if name in case and not_square(case[name])]
    return [*found, "a batch"] if several_images(form, case) else found


def pairs_refused(sentence: str) -> bool:
    """Tell whether code broke that takes one number for both sides and got one for each."""
    return "It raised TypeError" in sentence or "inhomogeneous shape" in sentence


def not_square(setting: object) -> bool:
    """Tell whether a setting differs for height and width."""
    return isinstance(setting, tuple) and len(set(setting)) > 1


def settable(form: Form) -> set[str]:
    """Return the roles that make a difference to what is checked."""
    layer = form.layer
    if isinstance(form, FunctionForm):
        if form.backward and not form.forward:
            return {*form.direction.takes} - {"bias"}  # no gradient depends on it
        return {*form.direction.takes, *(layer.forward.takes if form.forward else ())}
    backward = layer.backward.takes if layer.backward else ()
    return {*layer.forward.takes, *backward, *layer.built_from}


def several_images(form: Form, case: Case) -> bool:
    """Tell whether a case has a batch where the layout knows single images only."""
    return form.layout == "hwc" and "images" in case and case["images"] > 1


def variants(form: Form) -> list[Form]:
    """List the form in every layout, and with gradients in torch's order and in the article's."""
    if isinstance(form, OptimiserForm):
        return [form]
    found: list[Form] = []
    for layout in LAYOUTS[form.layer.layouts]:
        assert isinstance(form, FunctionForm | ClassForm)
        turned = replace(form, layout=layout)
        found.append(turned)
        if isinstance(turned, FunctionForm) and turned.gives == ("dx", "dweight", "dbias"):
            found.append(replace(turned, gives=("dweight", "dbias", "dx")))
        if isinstance(turned, FunctionForm) and layout == "nhwc" and turned.takes("bias"):
            found.append(replace(turned, bias_axes=4))
    return found


def result_in_layout(form: Form, name: str, value: Any) -> Any:  # noqa: ANN401 - as it comes
    """Lay out a result, or what has the axes of one."""
    if name not in form.gives:
        raise CheckError(f"There is no result {name}.")
    return laid_out(form.layer.layouts, form.layout, name, value)
