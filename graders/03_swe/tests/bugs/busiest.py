"""Bugs of the busiest keys: rule 6. Name: (base, edits of it, each old text being there once)."""

BUGS = {
    "busiest_comes_last": ("log", ("(-counts[who], who)", "(counts[who], who)")),
    "equal_keys_by_arrival": ("slots", ("for key in sorted(self._seconds)", "for key in self._seconds")),
    "equal_keys_backwards": ("table", ("count(*) desc, key", "count(*) desc, key desc")),
    "equal_keys_without_their_case": (
        "objects",
        ("key=lambda pair: (-pair[0], pair[1])", "key=lambda pair: (-pair[0], pair[1].lower(), pair[1])"),
    ),
    "silent_keys_are_busy": ("ordered", ("if size < 0]", "]")),
    "busy_by_all_time": (
        "ordered",
        (
            "sizes = [(-len(self._cut(key, at)), key) for key in list(self._rows)]",
            "sizes = [(-len(self._rows[key]), key) for key in list(self._rows) if self._cut(key, at)]",
        ),
    ),
    "busy_by_sum": ("table", ("order by count(*) desc", "order by sum(value) desc")),
    "busiest_reads_the_future": (
        "log",
        ("            if self._inside(when, at):", "            if when > at - self._width:"),
    ),
    "busiest_keeps_the_first_moment": (
        "slots",
        ("if self._age_fits(at - time))\n            if", "if 0 <= at - time <= self._width)\n            if"),
    ),
    "only_the_first_three": ("objects", ("(-pair[0], pair[1]))]", "(-pair[0], pair[1]))][:3]")),
}
