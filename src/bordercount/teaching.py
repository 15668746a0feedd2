"""What the instructors' pages show beside prose: plans, goals, misconceptions and rubrics."""

from IPython.display import Markdown

from bordercount import exercises, forms, lessons, misconceptions
from bordercount.book import markdown_table
from bordercount.exercises import AnyExercise, Chapter
from bordercount.misconceptions import Misconception


def chapters() -> dict[str, Chapter]:
    """Return every chapter by its name, in the order of the book."""
    return {name: exercises.load(name) for name in exercises.in_order()}


def minutes() -> int:
    """Return the minutes that all chapters take together."""
    return sum(chapter.minutes for chapter in chapters().values())


def judged(chapter: Chapter, kinds: tuple[str, ...]) -> int:
    """Return the points of a chapter's exercises of some kinds."""
    return sum(each.points for each in chapter.exercises if each.kind in kinds)


def workload() -> Markdown:
    """Return a table of minutes, exercises and points, by who or what judges them."""
    by_rule = tuple(kind for kind in forms.KINDS if kind not in ("estimate", "text", "code"))
    rows = [
        (f"{{doc}}`{name}`", each.minutes, len(each.exercises), judged(each, by_rule),
         judged(each, ("code",)), judged(each, ("estimate",)), judged(each, ("text",)))
        for name, each in chapters().items()
    ]  # fmt: skip
    together = ("All chapters", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))
    headings = (
        "Chapter", "Minutes", "Exercises", "Points by rule", "Points by running code",
        "Points for committing", "Points by a reader",
    )  # fmt: skip
    return Markdown(markdown_table("What each chapter asks for", headings, [*rows, together]))


def goals(name: str) -> Markdown:
    """Return a chapter's objectives with the exercises that show them."""
    chapter = exercises.load(name)

    def shown(objective: str) -> str:
        found = [each for each in chapter.exercises if each.objective == objective]
        return ", ".join(f"`{each.id}` ({forms.KINDS[each.kind]})" for each in found)

    rows = [(goal, shown(objective)) for objective, goal in chapter.objectives.items()]
    caption = f"{chapter.title}: goals, and the exercises that show them"
    return Markdown(markdown_table(caption, ("A student can", "Exercises"), rows))


def plan(name: str) -> Markdown:
    """Return a lesson plan: a table for each period, with its minutes and what is left for home.

    Source: data/lessons.yml. Raises `LessonError` for a file that is not in form.
    """
    found = lessons.load()
    chosen = found.plans[name]
    parts = []
    for number, period in enumerate(chosen.periods, start=1):
        rows = [(step.minutes, f"{step.does}{used(step)}") for step in period.steps]
        several = f"Period {number}: " if len(chosen.periods) > 1 else ""
        caption = f"{several}{period.title} ({period.minutes} minutes)"
        parts.append(markdown_table(caption, ("Minutes", "What happens"), rows))
        if period.home:
            parts.append(f"At home: {homework(chosen, period)}.")
    return Markdown("\n\n".join(parts))


def used(step: lessons.Step) -> str:
    """Return where a step's exercises are found."""
    by_chapter: dict[str, list[str]] = {step.chapter: []} if step.chapter else {}
    for each in step.uses:
        name, _, exercise = each.partition(".")
        by_chapter.setdefault(name, []).append(f"`{exercise}`")
    places = [
        f"{{doc}}`{name}`{': ' if ids else ''}{' and '.join(ids)}"
        for name, ids in by_chapter.items()
    ]
    return f" ({'; '.join(places)})" if places else ""


def homework(chosen: lessons.Plan, period: lessons.Period) -> str:
    """Return what is left of the period's chapters, with minutes."""
    return ", ".join(
        f"the rest of {{doc}}`{name}`, about {chosen.at_home(name)} minutes" for name in period.home
    )


def known_mistakes(name: str) -> Markdown:
    """Return a chapter's misconceptions by objective, and how many may not be told here.

    `Misconception.told` decides; the rest stand in the guide that `bordercount guide` writes.
    """
    objectives = exercises.load(name).objectives
    parts = [
        f"### {objectives[objective]}\n\n{bullets(found)}"
        for objective, found in misconceptions.by_objective(name).items()
    ]
    return Markdown("\n\n".join(parts))


def bullets(found: list[Misconception]) -> str:
    """Return what may be told of some misconceptions as a list."""
    told = list(dict.fromkeys(each.told for each in found if each.told))
    kept = sum(not each.told for each in found)
    lines = [f"- {text}" for text in told]
    if kept:
        lines.append(f"- *{kept} {'more' if told else 'known'}, named in the guide alone*")
    if not found:
        lines.append("- *None listed: a person reads the answer.*")
    return "\n".join(lines)


def rubrics() -> Markdown:
    """Return the rubric of every exercise that a person reads, as a table each."""
    found = [
        (name, each)
        for name, chapter in chapters().items()
        for each in chapter.exercises
        if isinstance(each, exercises.Text)
    ]
    return Markdown("\n\n".join(rubric(name, each) for name, each in found))


def rubric(name: str, exercise: AnyExercise) -> str:
    """Return one rubric as a table under the name of its exercise."""
    assert isinstance(exercise, exercises.Text)
    rows = [(row.criterion, row.points) for row in exercise.rubric]
    caption = f"`{exercise.id}` in {{doc}}`{name}`"
    return markdown_table(caption, ("The answer", "Points"), rows)
