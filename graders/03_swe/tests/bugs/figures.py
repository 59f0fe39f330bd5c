"""Bugs of the six figures: rule 5. Name: (base, edits of it, each old text being there once)."""

BUGS = {
    "zero_is_no_value": (
        "ordered",
        ("for _, _, value in self._cut(key, at)]", "for _, _, value in self._cut(key, at) if value]"),
    ),
    "maximum_from_zero": ("objects", ('"max": max(values)', '"max": max(0, *values)')),
    "minimum_from_zero": ("table", ("min=min(values)", "min=min(0, *values)")),
    "last_by_arrival": ("log", ("newest is None or when >= newest", "newest is None or True")),
    "last_is_the_first_of_equal_times": ("table", ("order by time, n", "order by time, n desc")),
    "last_is_the_largest_of_equal_times": (
        "objects",
        ("key=lambda event: event._time)", "key=lambda event: (event._time, event._value))"),
    ),
    "mean_in_whole_numbers": ("slots", ("sum(back) / len(back)", "sum(back) // len(back)")),
    "mean_rounded": ("table", ("mean=total / count", "mean=round(total / count, 2)")),
    "mean_of_the_middle": ("ordered", ('"mean": total / len(values)', '"mean": ranked[len(ranked) // 2]')),
    "sum_of_nothing_is_none": ("objects", ('{"sum": 0, "count"', '{"sum": None, "count"')),
    "largest_of_nothing_is_zero": ("log", ('"min": low, "max": high', '"min": low or 0, "max": high or 0')),
    "sum_in_whole_numbers": ("log", ("total += value", "total += int(value)")),
    "sum_rounded": ("slots", ("(len(values), sum(back)", "(len(values), round(sum(back), 1)")),
    "values_in_single_precision": (
        "objects",
        ("import math\n", "import math\nimport struct\n"),
        (
            "_Event(key, time, value)",
            '_Event(key, time, struct.unpack("f", struct.pack("f", value))[0])',
        ),
    ),
    "sum_in_single_precision": (
        "log",
        ("import math\n", "import math\nimport struct\n"),
        ('"sum": total,', '"sum": struct.unpack("f", struct.pack("f", total))[0],'),
    ),
    "sum_of_different_values": ("ordered", ("total, ranked = fsum(values)", "total, ranked = fsum(set(values))")),
}
