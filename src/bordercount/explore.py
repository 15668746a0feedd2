"""Figures behind a choice: controls in a live notebook, over figures drawn before in the book."""

import hashlib
import html
import itertools
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from IPython.display import HTML, display

from bordercount.figure import Shown
from bordercount.widget import module, static

LARGEST = 24  # figures on a page: each is some ten kilobytes
OWN_ID = re.compile(r'((?:\bid="|href="#|url\(#)f[0-9a-f]{8}-)')  # as `figure` makes them


def explore(
    draw: Callable[..., Shown], *, labels: dict[str, str] | None = None, **choices: Sequence[Any]
) -> Any:
    """Show `draw(name=value, ...)` for one value of each of `choices`, which the reader picks.

    `draw` returns a `figure(...)`. `labels` names the choices for the reader. Returns what a
    notebook displays. Raises `ValueError` for no choices, or more figures than a page can hold.
    """
    named = {name: (labels or {}).get(name, name) for name in choices}
    combinations = list(itertools.product(*choices.values()))
    if not choices or not combinations or len(combinations) > LARGEST:
        raise ValueError(
            f"explore draws 1 to {LARGEST} figures, these choices make {len(combinations)}"
        )
    if static():
        return HTML(drawn(draw, choices, named, combinations))
    return live(draw, choices, named)


# Leave the keys to the list that has the focus.
KEYS = "({ el }) => bordercount.keepKeys(() => el.closest('.bc-choices'))"


def live(
    draw: Callable[..., Shown], choices: dict[str, Sequence[Any]], named: dict[str, str]
) -> Any:
    """Return ipywidgets controls over a figure that is drawn anew with each choice."""
    import anywidget
    import ipywidgets

    controls = {
        name: ipywidgets.Dropdown(
            options=[(str(value), value) for value in values],
            description=named[name],
            style={"description_width": "initial"},
        )
        for name, values in choices.items()
    }
    output = ipywidgets.interactive_output(lambda **chosen: display(draw(**chosen)), controls)
    box = ipywidgets.VBox([*controls.values(), output, anywidget.AnyWidget(_esm=module(KEYS))])
    box.add_class("bc-choices")
    return box


def drawn(
    draw: Callable[..., Shown],
    choices: dict[str, Sequence[Any]],
    named: dict[str, str],
    combinations: list[tuple[Any, ...]],
) -> str:
    """Return every figure once, with radio buttons of which a script shows one.

    With scripts off all figures show, each under the choice that it belongs to.
    """
    figures = [draw(**dict(zip(choices, each, strict=True))).html for each in combinations]
    group = hashlib.sha256(repr((named, combinations, figures)).encode()).hexdigest()[:8]
    fields = ""
    for number, (name, values) in enumerate(choices.items()):
        options = "".join(
            f'<label><input type="radio" name="x{group}-{number}" value="{html.escape(str(value))}"'
            f"{' checked' if place == 0 else ''}> {html.escape(str(value))}</label> "
            for place, value in enumerate(values)
        )
        fields += f"<fieldset><legend>{html.escape(named[name])}</legend>{options}</fieldset>"
    panels = ""
    for number, (combination, figure) in enumerate(zip(combinations, figures, strict=True)):
        texts = [str(value) for value in combination]
        chosen = ", ".join(
            f"{named[name]}: {text}" for name, text in zip(choices, texts, strict=True)
        )
        # Two choices may draw the same: each copy needs ids of its own, hidden ones do not serve.
        own = OWN_ID.sub(rf"\g<1>{number}", figure)
        panels += (
            f'<div class="bc-panel" data-choice="{html.escape(json.dumps(texts))}">'
            f'<p class="bc-chosen">{html.escape(chosen)}</p>{own}</div>'
        )
    return f'<div class="bc-explore"><div class="bc-controls">{fields}</div>{panels}</div>'
