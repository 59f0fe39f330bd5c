"""Bugs of which events a window holds: rule 5. Name: (base, edits of it, each old text being there once)."""

BUGS = {
    "end_excluded": ("ordered", ("bisect_right(rows, (at, inf))", "bisect_right(rows, (at,))")),
    "clipped_to_the_watermark": (
        "objects",
        (
            "oldest = at - self._width",
            "at = at if self._edge is None else min(at, self._edge)\n        oldest = at - self._width",
        ),
    ),
    "window_grows_by_lateness": (
        "table",
        ('"width": self._width}\n        rows', '"width": self._width + self._lateness}\n        rows'),
    ),
    "seconds_in_buckets": ("slots", (".setdefault(time, [])", ".setdefault(time // 10 * 10, [])")),
    "time_begins_at_zero": ("log", ("at - self._width < when", "max(at - self._width, -1) < when")),
    "only_the_last_few": ("ordered", ("rows[first:end]", "rows[first:end][-12:]")),
    "keys_without_their_case": (
        "slots",
        ("self._seconds.setdefault(key, {})", "self._seconds.setdefault(key.lower(), {})"),
        ("self._seconds.get(key, {})", "self._seconds.get(key.lower(), {})"),
    ),
    "all_keys_in_one": ("table", ("where key = :key and {_SPAN}", "where {_SPAN}")),
    "equal_events_are_one": (
        "log",
        (
            "        self._log.append((key, time, value))",
            "        if (key, time, value) not in self._log:\n            self._log.append((key, time, value))",
        ),
    ),
    "one_event_a_second": ("slots", (".setdefault(time, []).append(value)", "[time] = [value]")),
    "late_ones_do_not_count": (
        "objects",
        ("_Event(key, time, value)", "_Event(key if self._edge is None or time >= self._edge else None, time, value)"),
    ),
}
