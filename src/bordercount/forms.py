"""An exercise as an HTML form that reads well with scripts off and on paper."""

import html

from markdown_it import MarkdownIt

from bordercount import exercises
from bordercount.exercises import AnyExercise, Case, fill

MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": True})
MARKDOWN.enable(["replacements", "smartquotes"])  # as in the book's prose
KINDS = {
    "choice": "choose one",
    "multiple": "choose all that apply",
    "number": "a number",
    "match": "match",
    "order": "put in order",
    "estimate": "predict first",
    "text": "in your own words",
    "code": "write a function",
}
CREDIT = {
    "multiple": "Each right choice counts, each wrong one takes one away.",
    "match": "Each right pair counts.",
    "estimate": "The point is for committing to a number, not for being close.",
}


def block(text: str) -> str:
    """Return Markdown as HTML blocks."""
    return str(MARKDOWN.render(text)).strip()


def inline(text: str) -> str:
    """Return one line of Markdown as HTML."""
    return str(MARKDOWN.renderInline(text))


def fieldset(exercise: AnyExercise, case: Case) -> str:
    """Return what stands inside the form's fieldset for one case."""
    kind = exercise.kind
    points = "1 point" if exercise.points == 1 else f"{exercise.points} points"
    credit = f'<p class="bc-credit">{CREDIT[kind]}</p>' if kind in CREDIT else ""
    return (
        f'<legend><span class="bc-kind">Exercise: {KINDS[kind]}</span> '
        f'<span class="bc-points">{points}</span></legend>'
        f'<div class="bc-prompt">{block(fill(exercise.prompt, case))}</div>'
        f"{credit}{inputs(exercise, case)}"
    )


def inputs(exercise: exercises.Exercise, case: Case) -> str:
    """Return the fields in which an exercise is answered."""
    match exercise:
        case exercises.Order():
            # The options stand in the order of the file, which a test keeps from being the answer.
            items = "".join(
                f'<li data-item="{key}"><span>{inline(fill(text, case))}</span></li>'
                for key, text in exercise.options.items()
            )
            return f'<ol class="bc-order">{items}</ol>'
        case exercises.Choice() | exercises.Multiple():
            kind = "radio" if exercise.kind == "choice" else "checkbox"
            return "".join(
                f'<label class="bc-option"><input type="{kind}" name="answer" value="{key}"> '
                f"<span>{inline(fill(text, case))}</span></label>"
                for key, text in exercise.options.items()
            )
        case exercises.Match():
            targets = "".join(
                f'<option value="{key}">{html.escape(fill(text, case))}</option>'
                for key, text in exercise.targets.items()
            )
            # A closed list is blank on paper: there its options have letters to write.
            lettered = "".join(
                f"<li>{html.escape(fill(text, case))}</li>" for text in exercise.targets.values()
            )
            return f'<ol class="bc-targets" type="A">{lettered}</ol>' + "".join(
                f'<label class="bc-pair"><span>{inline(fill(text, case))}</span> '
                f'<select name="{key}"><option value="">choose</option>{targets}</select></label>'
                for key, text in exercise.items.items()
            )
        case exercises.Number() | exercises.Estimate():
            label = "Your answer" if exercise.kind == "number" else "Your guess"
            return (
                f'<label class="bc-number-field">{label} '
                '<input type="text" name="answer" inputmode="decimal" autocomplete="off" size="14">'
                f" {html.escape(exercise.unit)}</label>"
            )
        case exercises.Text():
            return (
                '<label class="bc-text-field">Your answer '
                f'<textarea name="answer" rows="{exercise.lines}"></textarea></label>'
            )
        case exercises.Code():
            starter = "\n\n".join(filter(None, [exercise.given.strip(), exercise.starter.strip()]))
            return (
                f'<pre class="bc-starter"><code>{html.escape(starter)}</code></pre>'
                '<p class="bc-open-notebook">This one is answered in a notebook: open '
                "the chapter's worksheet in JupyterLab and write the function in its cell. "
                "The idea is practised in other exercises here too.</p>"
            )
    raise TypeError(f"no form for {exercise!r}")
