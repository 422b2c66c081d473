"""Names that people give to arguments, and how a function is called whose names are known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.check.loading import Parameters
from core.errors import SignatureError

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "x": ("x", "input", "inputs", "image", "images", "a_prev", "data", "inp", "z"),
    "y": ("y", "output", "outputs", "out", "a", "activation"),
    "dy": (
        "dy",
        "dz",
        "da",
        "dout",
        "d_out",
        "grad",
        "grad_output",
        "grad_out",
        "dvalues",
        "delta",
        "dloss",
    ),
    "weight": ("weight", "weights", "w", "kernel", "kernels", "filters", "gamma", "scale"),
    "bias": ("bias", "biases", "b", "beta", "shift"),
    "cache": ("cache", "ctx", "context", "memo"),
    "running_mean": ("running_mean", "moving_mean", "running_avg", "mean"),
    "running_var": ("running_var", "moving_var", "running_variance", "moving_variance", "var"),
    "training": ("training", "train", "is_training", "train_mode", "train_flg"),
    "momentum": ("momentum", "mu", "beta"),
    "eps": ("eps", "epsilon"),
    "kernel_size": (
        *("kernel_size", "kernel", "pool_size", "window", "window_size", "size", "k", "f"),
        *("pool_height", "pool_width"),
    ),
    "stride": ("stride", "strides", "s"),
    "padding": ("padding", "pad", "p"),
    "output_padding": ("output_padding", "out_padding", "output_pad"),
    "dilation": ("dilation", "dilations"),
    "groups": ("groups",),
    "ceil_mode": ("ceil_mode", "ceil"),
    "count_include_pad": ("count_include_pad", "include_pad"),
    "probability": (
        *("probability", "probabilities", "p", "prob", "probs", "y_pred", "y_hat", "yhat"),
        *("pred", "prediction", "predictions", "output", "outputs", "a", "al", "x", "input"),
    ),
    "logit": ("logit", "logits", "z", "x", "input", "y_pred", "pred", "output"),
    "target": ("target", "targets", "t", "y", "y_true", "label", "labels", "truth"),
    "param": ("param", "parameter", "params", "parameters", "p", "w", "weight", "weights", "theta"),
    "grad": ("grad", "grads", "gradient", "gradients", "g", "dw", "dparam", "dweight", "dtheta"),
    "m": ("m", "exp_avg", "mean", "first_moment"),
    "v": ("v", "exp_avg_sq", "square", "second_moment", "s"),
    "velocity": ("velocity", "v", "momentum_buffer", "buf", "buffer"),
    "step": ("step", "t", "steps", "iteration", "timestep"),
    "lr": ("lr", "learning_rate", "alpha", "eta", "rate"),
    "betas": ("betas",),
    "beta1": ("beta1", "beta_1", "b1"),
    "beta2": ("beta2", "beta_2", "b2"),
    "weight_decay": ("weight_decay", "decay", "wd", "l2"),
    "nesterov": ("nesterov",),
    "network": ("network", "model", "net"),
    "in_features": (
        *("in_features", "n_in", "input_size", "in_dim", "input_dim", "fan_in", "inputs", "ins"),
        *("n_inputs", "in_size", "d_in", "nin"),
    ),
    "out_features": (
        *("out_features", "n_out", "output_size", "out_dim", "output_dim", "fan_out", "outputs"),
        *("outs", "n_neurons", "n_outputs", "out_size", "d_out", "nout", "units"),
    ),
    "num_features": ("num_features", "channels", "n_channels", "features", "dim", "c"),
    "in_channels": ("in_channels", "channels_in", "c_in", "in_ch", "n_in", "in_c"),
    "out_channels": (
        *("out_channels", "channels_out", "c_out", "out_ch", "n_out", "out_c", "n_filters"),
        *("num_filters", "filters"),
    ),
    "with_bias": ("bias", "use_bias", "with_bias"),
    "settings": (
        *("hparameters", "hparams", "hyperparameters", "conv_param", "pool_param", "bn_param"),
    ),
}
"""Roles and the names that they go by, in lower case; the first is torch's, where torch has one."""


@dataclass(frozen=True)
class Call:
    """How a function is called: which roles it takes, and by which names, or None by place.

    Those in ``must`` have no default. The role "settings" is a dict in which those ``within`` lie,
    by all their names.
    """

    roles: tuple[str, ...]
    names: tuple[str, ...] | None
    must: tuple[str, ...] = ()
    within: tuple[str, ...] = ()

    def takes(self, role: str) -> bool:
        """Whether the function has a parameter of this role, or finds it among its settings."""
        return role in (*self.roles, *self.within)

    def arguments(self, values: Mapping[str, Any]) -> "Arguments":
        """Give it these values."""
        given = {**values, "settings": settings_of(self.within, values)}
        return Arguments({role: given[role] for role in self.roles}, self.names)


@dataclass
class Arguments:
    """Values by role, and the names by which a function takes them, None by place."""

    values: dict[str, Any]
    names: tuple[str, ...] | None

    @property
    def positional(self) -> list[Any]:
        """What is given by place."""
        return [] if self.names is not None else list(self.values.values())

    @property
    def named(self) -> dict[str, Any]:
        """What is given by name."""
        if self.names is None:
            return {}
        return dict(zip(self.names, self.values.values(), strict=True))


IN_SETTINGS: Final = (
    ("kernel_size", "stride"),
    ("stride", "padding"),
    ("running_mean", "running_var", "training", "momentum", "eps"),
)
"""What dicts of settings hold in practice: a pooling's, a convolution's, batch norm's."""


def settings_within(takes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the roles that a function finds in a dict of settings, if it has one."""
    return next((roles for roles in IN_SETTINGS if set(roles) <= set(takes)), ())


def settings_of(roles: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Make a dict of settings, each by all its names; courses write ``training`` as a mode."""
    found = {name: values[role] for role in roles for name in NAMES[role]}
    if "training" in roles:
        found["mode"] = "train" if values["training"] else "test"
    return found


def recognise(
    what: str,
    parameters: Parameters,
    takes: tuple[str, ...],
    needs: Iterable[str],
) -> Call:
    """Find the roles of parameters by their names, or by their places where names do not tell.

    ``what`` is spoken of when that fails, in a ``SignatureError``: "The function f".
    """
    roles: list[str | None] = []
    within = settings_within(takes)
    for name, _ in parameters:
        fitting = (
            role
            for role in (*takes, *(["settings"] if within else []))
            if name.lower() in NAMES[role] and role not in roles
        )
        roles.append(next(fitting, None))
    unknown = [
        name for role, (name, must) in zip(roles, parameters, strict=True) if role is None and must
    ]
    if not unknown and set(needs) <= set(roles):
        known = [
            (role, name, must) for role, (name, must) in zip(roles, parameters, strict=True) if role
        ]
        return Call(
            tuple(role for role, _, _ in known),
            tuple(name for _, name, _ in known),
            tuple(role for role, _, must in known if must),
            within if "settings" in roles else (),
        )
    must = [name for name, must in parameters if must]
    places = takes[: max(len(must), len(tuple(needs)))]
    if len(must) <= len(takes) and len(places) <= len(parameters) and set(needs) <= set(places):
        return Call(places, None, places)
    given = ", ".join(name for name, _ in parameters)
    lacking = [role for role in needs if role not in roles]
    lacks = f" It lacks {' and '.join(lacking)}." if lacking and not unknown else ""
    raise SignatureError(
        f"{what} must take the parameters ({', '.join(takes)}), or those of them that it needs, "
        f"not ({given}).{lacks}"
    )
