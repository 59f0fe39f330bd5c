"""Bugs of what is refused: rules 1 and 2. Name: (base, edits of it, each old text being there once)."""

BUGS = {
    "zero_width_is_taken": ("table", ("if width < 1:", "if width < 0:")),
    "negative_width_is_taken": ("log", ("width < 1 or lateness < 0", "width == 0 or lateness < 0")),
    "width_of_one_is_refused": ("slots", ('("width", width, 1)', '("width", width, 2)')),
    "negative_lateness_is_taken": ("objects", ("min(width - 1, lateness) < 0", "width < 1")),
    "infinity_is_taken": ("slots", ("value != value or value in (inf, -inf)", "value != value")),
    "minus_infinity_is_taken": ("objects", ("not math.isfinite(value)", "not value < math.inf")),
    "nan_is_taken": ("ordered", ("not isfinite(value)", "value in (inf, -inf)")),
    "bad_values_are_told_by_false": ("table", ('raise ValueError("a finite number is needed")', "return False")),
    "bad_values_of_known_ids_are_told_by_false": (
        "log",
        (
            "if math.isnan(value) or",
            "if event_id in self._ids:\n            return False\n        if math.isnan(value) or",
        ),
    ),
    "late_bad_values_are_told_by_false": (
        "ordered",
        ("        if not isfinite(value):", "        if time >= self._peak - self._lateness and not isfinite(value):"),
    ),
    "bad_values_take_the_id": (
        "slots",
        (
            '            raise ValueError("not a finite',
            '            self._known[event_id] = True\n            raise ValueError("not a finite',
        ),
    ),
    "bad_values_are_stored": (
        "log",
        (
            '            raise ValueError("neither',
            '            self._log.append((key, time, value))\n            raise ValueError("neither',
        ),
    ),
    "bad_values_move_the_watermark": (
        "objects",
        (
            '            raise ValueError(f"{value} cannot',
            "            self._edge = time if self._edge is None else max(self._edge, time)\n"
            '            raise ValueError(f"{value} cannot',
        ),
    ),
}
