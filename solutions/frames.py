"""Answers and known mistakes of the chapter on frames and words."""

from bordercount import data, measures, wording
from bordercount.keys import inputs, mistake

FEBRUARY = "2024-02"
TERM = ("2021-02", FEBRUARY)  # from the first whole month of the presidency
SERIES = {"both": "total", "between": "usbp", "ports": "ofo"}


def _total(month, component="total"):
    """Return the encounters of the month in CBP's newest file."""
    return measures.total(data.load("encounters"), month, component)


def _lower(component):
    """Return in how many months of the term `component` counted fewer than in February 2024."""
    months = measures.series(data.load("encounters"), component)[TERM[0] : TERM[1]]
    return int((months < months[FEBRUARY]).sum())


# --- four functions of a frame -------------------------------------------------------------------


def functions():
    """A problem definition says what is the matter, a causal interpretation why, a moral evaluation
    whether it is right, and a treatment recommendation what should be done. Both speakers use all
    four: a frame has a side, its functions have none.
    """
    return {
        "overrun": "problem",
        "stuck": "problem",
        "released": "cause",
        "gangs": "cause",
        "turn": "moral",
        "returned": "moral",
        "wait": "remedy",
        "judges": "remedy",
    }


@mistake(
    "functions",
    "You took two reasons for leaving as the problem itself. Which question does a sentence "
    "answer that begins with “people set out because”? Sort those two again.",
)
def _causes_as_problems():
    """Taking a reason for the problem itself."""
    return {"released": "problem", "gangs": "problem"}


@mistake(
    "functions",
    "You heard a judgement in the sentence about release. Does it say that the release is wrong, "
    "or what follows from it? Look for a word such as “fair” or “wrong” before you sort it again.",
)
def _release_as_judgement():
    """Hearing a judgement in a statement of causes."""
    return {"released": "moral"}


@mistake(
    "functions",
    "You heard a judgement in the sentence about gangs and drought. Does it say that something is "
    "wrong, or why people leave? Look for a word such as “fair” or “wrong” first.",
)
def _gangs_as_judgement():
    """Hearing a judgement in a statement of causes."""
    return {"gangs": "moral"}


@mistake(
    "functions",
    "You took the sentence on sending people back for a recommendation. It has a word of value in "
    "it: does it say what to do instead? Compare it with the sentence on judges.",
)
def _wrong_as_remedy():
    """Taking a word of value for a recommendation."""
    return {"returned": "remedy"}


@mistake(
    "functions",
    "You took the sentence on waiting one's turn for a recommendation. It has a word of value in "
    "it: does it say what to do instead? Compare it with the sentence on waiting in Mexico.",
)
def _unfair_as_remedy():
    """Taking a word of value for a recommendation."""
    return {"turn": "remedy"}


@mistake(
    "functions",
    "You took the sentence on families in unsafe towns for a judgement. It may move you, but what "
    "does it state? Ask which of the four questions it answers.",
)
def _stuck_as_judgement():
    """Taking a moving statement for a judgement."""
    return {"stuck": "moral"}


@mistake(
    "functions",
    "You took the sentence on the border towns for a judgement. It may move you, but what does it "
    "state? Ask which of the four questions it answers.",
)
def _overrun_as_judgement():
    """Taking a moving statement for a judgement."""
    return {"overrun": "moral"}


# --- two reports ---------------------------------------------------------------------------------


def months_below():
    """In {answer} of the 36 months the ports counted fewer. So for them February 2024 is a high
    month, while a sum that holds them may be neither high nor low. What did you go by?
    """
    return _lower("ofo")


def which_series():
    """For the Border Patrol alone, few months of the presidency were lower. The ports had nearly
    their highest counts, and both together lie not far from the middle of the list.
    """
    return min(SERIES, key=lambda name: _lower(SERIES[name]))


@mistake(
    "which_series",
    "You chose the number that AP printed. In the chapter on records you found its place among "
    "these months: was it near an end? Think of the two parts, then choose again.",
)
def _the_printed_number():
    return "both"


@mistake(
    "which_series",
    "You chose the ports. In how many months did they count fewer? You guessed at that a moment "
    "ago: read the answer there, then choose again.",
)
def _ports_alone():
    return "ports"


def left_out():
    """The article gives both earlier totals, the fall between ports since 2022 and the White House
    as the source for the jobs. It gives neither the two parts of the number, nor the law that was
    used, nor the length of the month, nor what followed. Leaving out is no falsehood; it is where
    a second report, and you, can add.
    """
    return {"split", "title_42", "afterwards", "days"}


@mistake(
    "left_out",
    "You marked the count of February 2023. Look in the ledger for a figure printed to the "
    "thousand. What does it stand for?",
)
def _base_2023():
    return "base_2023"


@mistake(
    "left_out",
    "You marked the comparison between ports with 2022. Look in the ledger for a claim about a "
    "fall. Which part of the count is it about?",
)
def _base_2022():
    return "base_2022"


@mistake(
    "left_out",
    "You marked the source of the jobs. The article cites no audit, but does it name who says so? "
    "Read the end of that claim in the ledger.",
)
def _source_jobs():
    return "source_jobs"


# --- a cut axis ----------------------------------------------------------------------------------


def drawn(since, start):
    """{answer} times: with an axis from {start:,} only what lies above it is drawn, so {start:,}
    comes off both counts before you divide.
    """
    return (_total(FEBRUARY) - start) / (_total(since) - start)


@mistake(
    "drawn",
    "You divided the whole counts. Is the part below {start:,} drawn at all? Work out the height "
    "of each bar first.",
)
def _whole_counts(since, start):
    return _total(FEBRUARY) / _total(since)


@mistake(
    "drawn",
    "You took {start:,} off the lower bar only. Where does the bar of February 2024 begin? Do to "
    "both bars what the axis does to both.",
)
def _cut_one_bar(since, start):
    return _total(FEBRUARY) / (_total(since) - start)


@mistake(
    "drawn",
    "You worked out by how much the one bar sticks out above the other, as a part of the other. "
    "Twice as high sticks out by one: which of the two was asked? Adjust your answer.",
)
def _sticks_out(since, start):
    return drawn(since, start) - 1


@mistake(
    "drawn",
    "You divided the lower bar by the higher one. Should a bar that is higher come out below one? "
    "Turn the division round.",
)
def _upside_down(since, start):
    return 1 / drawn(since, start)


@mistake(
    "drawn",
    "You gave a percentage. How many times does the one bar fit into the other? Say the sentence "
    "with the word “times”.",
)
def _in_percent(since, start):
    return 100 * drawn(since, start)


def exaggeration(low, high, start):
    """Return the drawn ratio divided by the true one; None if nothing of the lower bar is left."""
    if start >= low:
        return None
    return (high - start) / (low - start) / (high / low)


@inputs("exaggeration")
def cut_axes():
    """Return axes whole and cut, at and above the lower bar's top, and below zero."""
    return [
        [156630, 189913, 140000],
        [156630, 189913, 0],
        [80, 80, 40],
        [100, 300, 100],
        [100, 300, 250],
        [10, 20, 9],
        [50, 60, -10],
        [0.4, 0.5, 0.2],
    ]


@mistake(
    "exaggeration",
    "Your function gives how many times as high the bar is drawn. What does it give for an axis "
    "from zero, and what should it? Compare the drawing with the counts.",
)
def _drawn_only(low, high, start):
    return None if start >= low else (high - start) / (low - start)


@mistake(
    "exaggeration",
    "You subtract the two ratios. The question asks for a factor: what would it be for an axis "
    "that changes nothing? Choose the operation that gives this.",
)
def _difference(low, high, start):
    return None if start >= low else (high - start) / (low - start) - high / low


@mistake(
    "exaggeration",
    "You divide the true ratio by the drawn one. Should an axis that makes a gap look larger give "
    "more than one, or less? Turn the division round.",
)
def _inverted(low, high, start):
    return None if start >= low else (high / low) / ((high - start) / (low - start))


@mistake(
    "exaggeration",
    "Your factor is right while a lower bar can be seen. What do you return for a start at its "
    "top, or above? Read the last lines of the task again.",
)
def _bar_below_the_axis(low, high, start):
    return 0 if start >= low else exaggeration(low, high, start)


# --- words, and what research finds --------------------------------------------------------------


def words_and_sides():
    """Hardly a word of the six has one owner. A president and his critics said “crisis”, CBP's
    papers and its critics “surge”, Republicans and newsrooms “border czar”. Whom a word belongs
    to is a thing to look up.
    """
    return {"surge_inside", "encounter_both", "crisis_president"}


@mistake(
    "words_and_sides",
    "You let “only” stand for “border czar”. Who else used the name in 2021? Read that row once "
    "more, to its end.",
)
def _czar_one_party():
    return "czar_one_party"


@mistake(
    "words_and_sides",
    "You took AP's memo for a ban on quoting. In whose own voice did it advise against the word? "
    "Look for what it allows.",
)
def _crisis_banned():
    return "crisis_banned"


@mistake(
    "words_and_sides",
    "You let “altogether” stand for AP's rule. Of what may AP's writers still say it? Look for "
    "the difference between a person and an act.",
)
def _illegal_dropped():
    return "illegal_dropped"


def evidence():
    """Labels did little; a policy's own frame did more. The metaphor moved support for a wall in
    experiments. Cut axes and titles changed what people saw or took away, and for titles a change
    of attitude was looked for and not found. A single case moved blame, but only within limits.
    """
    return {
        "label": "little",
        "metaphor": "wanted",
        "axis": "seen",
        "title": "seen",
        "episode": "blame",
    }


@mistake(
    "evidence",
    "You gave labels the power to move policy views. It is often said, on both sides: what did "
    "the study find when it tested that? Read what came of the three policies.",
)
def _labels_move_views():
    """Believing that words move views because it is often said."""
    return {"label": "wanted"}


@mistake(
    "evidence",
    "You gave titles the power to change what people want. What was measured, the message that "
    "readers took away or their attitude? Read what came of the second.",
)
def _titles_move_views():
    """Taking what readers remember for what they want."""
    return {"title": "wanted"}


@mistake(
    "evidence",
    "You gave a cut axis the power to change what people want. What were its viewers asked to "
    "judge? Stay with what was measured.",
)
def _axes_move_views():
    """Taking a misjudged size for a changed mind."""
    return {"axis": "wanted"}


@mistake(
    "evidence",
    "You let the metaphor count for little, as labels do. Is “flood” a name for people or a "
    "picture of them? Look at what the second study measured.",
)
def _metaphor_as_label():
    """Treating a picture of people as if it were a name for them."""
    return {"metaphor": "little"}


@mistake(
    "evidence",
    "You took the single case for something that changes what is seen. What were the viewers "
    "asked about? The title of that book has the question.",
)
def _episode_seen():
    """Mixing up what is noticed with who is held responsible."""
    return {"episode": "seen"}


# --- rewriting -----------------------------------------------------------------------------------


def _number(value):
    return wording.number(value)


def rewrite(headline):
    """Return a model answer, for the headline of either side."""
    total, before, december = _total(FEBRUARY), _total("2023-02"), _total("2023-12")
    if "thrown open" in headline:
        faults = (
            "'Thrown open' judges and claims a cause. 'Illegal migrants' gives a status to people "
            "of whom many came to a port with an appointment. 'Pour in' claims entry where CBP "
            "recorded a meeting. The number counts events, not people. 'All records' fails: "
            "December 2023 was higher."
        )
        compared = f"{_number(total - before)} more than in February 2023"
    else:
        faults = (
            "'Works' claims a cause; 'humane', 'calm' judge. 'Hopeful families' describes people "
            "of whom most were not in family units, and no table counts hopes. 'Arrive' claims "
            "entry where CBP recorded a meeting. The number counts events, not people. 'A mere' "
            "compares with nothing."
        )
        compared = f"{_number(december - total)} fewer than in December 2023"
    return (
        f"{faults} Rewritten: At the southwest land border CBP counted {_number(total)} encounters "
        f"in February 2024, at ports and between them, {compared}. What part policy had in that is "
        "disputed, and the count does not say. (Newest file; the printed 189,922 came first.)"
    )


def two_writers():
    """Return a model answer with a sentence for each writer."""
    table = data.load("encounters")
    month, before = "2023-12", "2022-12"
    rise = measures.change(table, before, month, "usbp")
    ports, ports_before = _total(month, "ofo"), _total("2023-11", "ofo")
    direction = "more" if ports > ports_before else "fewer"
    return (
        f"Too many: 'Between ports the Border Patrol counted {_number(_total(month, 'usbp'))} "
        f"encounters in December 2023, {_number(rise)} more than in December 2022.' Legal ways too "
        f"narrow: 'At ports CBP counted {_number(ports)} encounters in December 2023, "
        f"{wording.percent(100 * measures.share(table, month, 'ofo'), 0)} of all, and "
        f"{_number(abs(ports - ports_before))} {direction} than in November.' The first chose the "
        "Border Patrol and the year before, the second the ports and the month before. Neither may "
        "write why more people came, or how many different people they were."
    )


# --- the parts of an option ----------------------------------------------------------------------


def option_parts():
    """An aim says what should be different, means what would be done, a cost what falls due even if
    it works, and the best objection why it may not work or may do harm. An option that lacks one
    of the four has not been described yet.
    """
    return {
        "past_school": "aim",
        "cross_safely": "aim",
        "from_may": "means",
        "built": "means",
        "booths": "cost",
        "trees": "cost",
        "detour": "objection",
        "stairs": "objection",
    }


@mistake(
    "option_parts",
    "You took the trees for the best objection. Does it say that the footbridge would fail, or "
    "what the town gives up for it in any case? Compare it with the sentence about the stairs.",
)
def _trees_as_objection():
    """Taking a cost for an objection."""
    return {"trees": "objection"}


@mistake(
    "option_parts",
    "You took the booths and wages for the best objection. Would they be due even if the toll "
    "worked as hoped? Compare that sentence with the one about the clinic.",
)
def _booths_as_objection():
    """Taking a cost for an objection."""
    return {"booths": "objection"}


@mistake(
    "option_parts",
    "You took the lane past the clinic for a cost. Is it a price that falls due for certain, or a "
    "way in which the toll could fail? Ask whom it would convince.",
)
def _detour_as_cost():
    """Taking a way to fail for a cost."""
    return {"detour": "cost"}


@mistake(
    "option_parts",
    "You took the fewer trucks for the means. Can a town council “do” that on a Monday morning? "
    "Ask what it would do to get there.",
)
def _aim_as_means():
    """Taking an aim for the means to it."""
    return {"past_school": "means"}


@mistake(
    "option_parts",
    "You took the safe crossing for the means. Can a town council “do” that on a Monday morning? "
    "Ask what it would do to get there.",
)
def _safety_as_means():
    """Taking an aim for the means to it."""
    return {"cross_safely": "means"}
