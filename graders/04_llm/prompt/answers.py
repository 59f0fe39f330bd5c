"""Free answers by kind, and which label each names."""

ENDS = ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
"""What ends a line, as `splitlines` has it."""
BLANK = ("", " ", "\t", "\xa0", "\u3000", "\u2003 ", "\x1f", " \t\u205f")
NOT_BLANK = ("\u200b", "\ufeff", ".", "-", "\x00", "…", "_", "0")
PARTS = "aZéßжλ字عªǅʰ07٣²①½Ⅷ_"
"""Letters, digits, numerals and the underscore: what `\\w` takes."""
SIGNS = " .,;:!?'’\"“*`-–/\\|()[]{}<>#@&%$^~+=…📦€©\u0301\u200d\u200b\ufeff\xa0\x00"
"""What `\\w` does not take."""
NAMES = ("maple", "copper", "falcon", "river", "velvet", "orchid")
LONGEST = 30  # characters of a label


def named(answer, labels):
    """Return the one label that an answer names, or None: the statement, word by word."""
    line = next((line for line in answer.splitlines() if line.strip()), "")
    places = [place for label in labels for place in _places(line, label)]
    longest = {}
    for at, end, _ in places:
        longest[at] = max(end, longest.get(at, 0))

    def is_inside(at, end):
        """Return whether a longer one is named around it."""
        around = [(start, longest.get(start, 0)) for start in range(at - LONGEST, at + 1)]
        return any(last >= end and last - start > end - at for start, last in around)

    found = {label for at, end, label in places if not is_inside(at, end)}
    return found.pop() if len(found) == 1 else None


def _places(line, label):
    """Yield where a label stands in a line with nothing beside it that belongs to a word."""
    lower, at = line.lower(), -1
    while (at := lower.find(label.lower(), at + 1)) >= 0:
        end = at + len(label)
        beside = line[max(at - 1, 0) : at] + line[end : end + 1]
        if not any(sign.isalnum() or sign == "_" for sign in beside):
            yield at, end, label


def lines(rng):
    """Return answers by kind, and their labels: which line counts."""
    a, b, c = (str(name) for name in rng.permutation(NAMES)[:3])
    found = {
        "a second line": [f"{a}{end}{b}" for end in ENDS],
        "a first line without a label": [f"not sure{end}{a}" for end in ENDS],
        "blank lines before": [f"{blank}{end}{a}{end}{b}" for end in ENDS for blank in BLANK],
        "many blank lines before": [f"{''.join(BLANK)}{end * 40} {a}." for end in ENDS] + ["\n" * 90_000 + b],
        "lines that only look blank": [f"{sign}\n{a}" for sign in NOT_BLANK] + [f"{sign}{b}" for sign in NOT_BLANK[:6]],
        "further labels, further down": [f"Team: {a}\n\nMessage: more\nTeam: {b}", f"{a}{''.join(ENDS)}{b} {c}"],
        "two labels in different lines, of which none is blank": [f"x{end}{a}{end}{a} {b}" for end in ENDS],
        "white space that ends no line": [f"so\x1f{a}", f"{a}\xa0or\xa0{b}", f"{a}\u3000", f"\t{a}\u200b{b}"],
        "a line end inside a label": [f"{a}{end}{c}" for end in ENDS[:3]],
        "no line, or none but blank ones": ["", *BLANK, *ENDS, "".join(BLANK + ENDS), " " * 90_000],
        "long lines": [f"{'so ' * 30_000}{a}\n{b}", f"{'so ' * 30_000}{a} {b}\n{b}", f"{'so ' * 30_000}\n{b}"],
    }
    labels = [a, b, f"{a} {c}"]
    return {kind: [(answer, labels) for answer in some] for kind, some in found.items()}


def names(rng):
    """Return answers by kind, and their labels: what names a label. Each is one line."""
    a, b, c = (str(name) for name in rng.permutation(NAMES)[:3])
    plain, capitals = [b, a, c], [a.title(), b.upper(), "It"]
    inside = [a, f"{c} {a}", f"{b} {c} {a}", c]
    across = [f"{a} {b}", f"{b} {c}", b]
    crowd = [f"{a} {b}", f"{b} {c} x", b, "x y"]
    signs = ["c++", "c", "c#", ".net", "net", "++"]
    marks = ["team (b)", "(b)", "a|b", "x.y", "[a-z]", "\\d", "^", "r&d", "$1", "a*"]
    digits = ["1", "10", "team 1", "team 12", "1.0"]
    found = {
        "one label": (plain, [a, f" {a}", f"The team is {b}", f"{c}!", f"**{b}**<|im_end|>", f"Team: {a}", f"{a}\xa0"]),
        "no label": (plain, ["", "x", "none of them", a[:-1], a[1:], f"{a[:2]} {a[2:]}", f"{a[0]}-{a[1:]}", a[::-1]]),
        "another case": (plain, [a.upper(), b.title(), c.swapcase(), a[0] + a[1:].upper(), f"THE {b.upper()} TEAM"]),
        "labels with capitals": (capitals, [a, a.upper(), b, b.title(), "it", "IT", "iT", f"{a} it", "bit", "its"]),
        "a label more than once": (
            plain,
            [f"{a}, I mean {a.title()}.", f"{b} {b}", f"{c}/{c.upper()}/{c}", f"{a} " * 99],
        ),
        "two labels": (
            plain,
            [f"{a} or {b}", f"{a}/{b}", f"{a} {b} {c}", f"not {a}: {c}", f"{a},{b},{a}", f"{b.upper()} {a}"],
        ),
        "a letter, digit or underscore before": (plain, [f"the {sign}{a}" for sign in PARTS]),
        "a letter, digit or underscore after": (plain, [f"the {b}{sign} team" for sign in PARTS]),
        "a letter or digit beside one of two": (
            plain,
            [f"{sign}{a} {b}" for sign in PARTS] + [f"{a} {a}{sign}" for sign in PARTS],
        ),
        "a sign before": (plain, [f"the{sign}{a}" for sign in SIGNS]),
        "a sign after": (plain, [f"the {b}{sign}team" for sign in SIGNS]),
        "signs on both sides": (plain, [f"{sign}{c}{sign}" for sign in SIGNS]),
        "a label inside a longer one": (
            inside,
            [f"the {c} {a} team", f"{b} {c} {a}", f"{c} {a}!", f"a {b} {c} {a}, a {c} {a}"],
        ),
        "a label inside a longer one, and alone": (
            inside,
            [f"{c} {a} or {a}", f"{a} or {c} {a}", f"{b} {c} {a} {a}", f"{c} {c} {a}"],
        ),
        "a longer label that is not whole": (
            inside,
            [f"{c} {a}s", f"x{c} {a}", f"{b} {c}s {a}", f"_{b} {c} {a}", f"{c}-{a}"],
        ),
        "other white space inside a label": (inside, [f"{c}  {a}", f"{c}\t{a}", f"{c}\xa0{a}", f"{b} {c}  {a}"]),
        "labels that overlap": (
            across,
            [f"{a} {b} {c}", f"the {a} {b} {c} team", f"{a} {b}, {b} {c}", f"{a} {b}", f"{b} {c} {a} {b}"],
        ),
        "labels that overlap, and one inside both": (
            crowd,
            [f"{a} {b} {c} x y", f"{a} {b} {c} x", f"{a} {b} {c}", f"{b} {c} x y"],
        ),
        "labels that end or begin with signs": (
            signs,
            [
                "(C++)",
                "c++14",
                "c+",
                "c+++",
                "c",
                "C#",
                "c##",
                "c c++",
                "+c++",
                ".NET",
                "net",
                "a.net",
                "x .net",
                "++",
                "c ++",
                "c++ or c#",
            ],
        ),
        "signs that patterns take for something else": (
            marks,
            [
                "Team (B).",
                "(b)",
                "team b",
                "a|b",
                "a",
                "x.y",
                "xzy",
                "[a-z]",
                "q",
                "\\d",
                "7",
                "^",
                "",
                "r&d",
                "rd",
                "$1",
                "a*",
                "aaa",
                "!a*!",
            ],
        ),
        "labels of digits": (
            digits,
            ["1", "10", "team 1", "Team 12", "team 123", "1.0", "1.05", "11", "team 1 or 1", "team 1.0", "0 1"],
        ),
        "many signs": (
            plain,
            [f"{'- ' * 30_000}{a}", f"{a} {'- ' * 30_000}{b}", f"{a[:-1]} " * 9000, f"{a}x " * 9000 + b],
        ),
    }
    return {kind: [(answer, mixed(rng, labels)) for answer in some] for kind, (labels, some) in found.items()}


def mixed(rng, labels):
    """Return labels in another order."""
    return [labels[i] for i in rng.permutation(len(labels))]
