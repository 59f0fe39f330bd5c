"""Bugs to put into the correct versions of `bases/`: group, bug, base, and (old, new) edits, each old text being there once.

None is of a kind that a visible check shows.
`DRAWN` in a new text becomes a number between 7 and 12, drawn for each version.
"""

# ruff: noqa: E501  an edit stays beside what it edits

WHEN = {
    "end_excluded": {
        "log": [("< when <= at", "< when < at")],
        "ordered": [("bisect_right(rows, (at, inf))", "bisect_right(rows, (at,))")],
        "table": [("time <= :at", "time < :at")],
        "slots": [("0 <= age < self._width", "0 < age < self._width")],
        "objects": [("event._time <= at]", "event._time < at]")],
    },
    "clipped_to_the_watermark": {
        "log": [
            (
                "return at - self._width",
                "at = at if self._top is None else min(at, self._top)\n        return at - self._width",
            )
        ],
        "objects": [
            (
                "oldest = at - self._width",
                "at = at if self._edge is None else min(at, self._edge)\n        oldest = at - self._width",
            )
        ],
        "ordered": [("first = bisect_right", "at = min(at, self._peak)\n        first = bisect_right")],
    },
    "window_grows_by_lateness": {
        "log": [("at - self._width < when", "at - self._width - self._lateness < when")],
        "slots": [("age < self._width", "age < self._width + self._lateness")],
        "table": [('"width": self._width}\n        rows', '"width": self._width + self._lateness}\n        rows')],
    },
    "allowed_lateness_excluded": {
        "log": [("time < self._top - self._lateness", "time <= self._top - max(self._lateness, 0.5)")],
        "ordered": [
            (
                "time < self._peak - self._lateness",
                "0 < self._lateness <= self._peak - time or time < self._peak - self._lateness",
            )
        ],
        "table": [("top - time > self._lateness", "top - time >= max(self._lateness, 1)")],
        "slots": [("self._latest - time > self._lateness", "self._latest - time >= max(self._lateness, 1)")],
    },
    "equal_times_are_late": {
        "log": [("time < self._top - self._lateness", "time < self._top - self._lateness + (not self._lateness)")],
        "objects": [
            ("self._edge > time + self._lateness", "self._edge > time + self._lateness - (not self._lateness)")
        ],
    },
    "nothing_late_is_taken": {
        "ordered": [("self._peak - self._lateness", "self._peak")],
        "table": [("top - time > self._lateness", "top > time")],
        "objects": [("self._edge > time + self._lateness", "self._edge > time")],
    },
    "late_ones_are_taken": {
        "log": [("self._top is not None and time <", "self._top is not None and False and time <")],
        "slots": [("self._latest - time > self._lateness", "self._latest - time > 1 << 40")],
        "objects": [("if known or late:", "if known:")],
    },
    "watermark_goes_back": {
        "log": [("time if self._top is None else max(self._top, time)", "time")],
        "ordered": [("max(self._peak, time)", "time")],
        "slots": [("max(time, self._latest)", "time")],
        "table": [
            (
                'self._one("select max(time) from event")[0]',
                '(self._one("select time from event order by n desc limit 1") or [None])[0]',
            )
        ],
    },
    "a_watermark_for_each_key": {
        "log": [
            (
                "if self._top is not None and time < self._top - self._lateness",
                "if any(who == key and time < when - self._lateness for who, when, _ in self._log)",
            )
        ],
        "ordered": [
            ("self._peak - self._lateness", "max((row[0] for row in self._rows[key]), default=-inf) - self._lateness")
        ],
        "table": [
            (
                '_one("select count(*) from event where id = ?", event_id)[0], self.watermark',
                '_one("select count(*) from event where id = ?", event_id)[0], self._one("select max(time) from event where key = ?", key)[0]',
            )
        ],
    },
    "watermark_zero_is_none": {
        "log": [("if self._top is not None and time", "if self._top and time")],
        "table": [("top is not None and top", "top and top")],
        "objects": [("self._edge is not None and", "self._edge and")],
    },
    "seconds_in_buckets": {
        "log": [("self._log.append((key, time, value))", "self._log.append((key, time // DRAWN * DRAWN, value))")],
        "slots": [(".setdefault(time, [])", ".setdefault(time // DRAWN * DRAWN, [])")],
        "ordered": [("insort(self._rows[key], (time,", "insort(self._rows[key], (time // DRAWN * DRAWN,")],
    },
    "time_begins_at_zero": {
        "log": [("at - self._width < when", "max(at - self._width, -1) < when")],
        "ordered": [("(at - self._width, inf)", "(max(at - self._width, -1), inf)")],
        "table": [("time > :at - :width", "time >= 0 and time > :at - :width")],
    },
    "first_events_of_a_key_are_never_late": {
        "ordered": [("late = time <", "late = key in self._rows and time <")],
        "slots": [("if self._latest - time > ", "if key in self._seconds and self._latest - time > ")],
    },
    "reading_moves_the_watermark": {
        "log": [
            (
                "        count, total, low",
                "        self._top = self._top if self._top is None else max(self._top, at)\n        count, total, low",
            )
        ],
        "objects": [
            (
                "        inside = [event",
                "        self._edge = self._edge if self._edge is None else max(self._edge, at)\n        inside = [event",
            )
        ],
        "ordered": [
            ("        rows = self._rows.get", "        self._peak = max(self._peak, at)\n        rows = self._rows.get")
        ],
    },
    "busiest_reads_the_future": {
        "log": [("            if self._inside(when, at):", "            if when > at - self._width:")],
        "slots": [("if self._age_fits(at - time))\n            if", "if at - time < self._width)\n            if")],
    },
    "no_lateness_is_no_limit": {
        "log": [("if self._top is not None and", "if self._lateness and self._top is not None and")],
        "table": [("(top is not None and top", "(self._lateness and top is not None and top")],
        "objects": [("late = self._edge is not None", "late = self._lateness > 0 and self._edge is not None")],
    },
}

STORED = {
    "late_ones_take_the_id": {
        "log": [
            (
                "        if self._top is not None and time",
                "        self._ids.add(event_id)\n        if self._top is not None and time",
            )
        ],
        "slots": [
            (
                "        if self._latest is None:",
                "        self._known[event_id] = True\n        if self._latest is None:",
            )
        ],
        "ordered": [
            (
                "        if late or event_id in",
                "        if late:\n            self._arrivals.setdefault(event_id, -1)\n        if late or event_id in",
            )
        ],
    },
    "bad_values_take_the_id": {
        "log": [
            (
                '            raise ValueError("neither',
                '            self._ids.add(event_id)\n            raise ValueError("neither',
            )
        ],
        "slots": [
            (
                '            raise ValueError("not a finite',
                '            self._known[event_id] = True\n            raise ValueError("not a finite',
            )
        ],
        "ordered": [
            (
                "            raise NotAllowed(value)",
                "            self._arrivals.setdefault(event_id, -1)\n            raise NotAllowed(value)",
            )
        ],
    },
    "bad_values_move_the_watermark": {
        "log": [
            (
                '            raise ValueError("neither',
                '            self._top = time if self._top is None else max(self._top, time)\n            raise ValueError("neither',
            )
        ],
        "objects": [
            (
                '            raise ValueError(f"{value} cannot',
                '            self._edge = time if self._edge is None else max(self._edge, time)\n            raise ValueError(f"{value} cannot',
            )
        ],
    },
    "infinity_is_taken": {
        "log": [(" or math.isinf(value)", "")],
        "table": [("value - value != 0", "value != value")],
        "slots": [("value != value or value in (inf, -inf)", "value != value")],
    },
    "minus_infinity_is_taken": {
        "slots": [("(inf, -inf)", "(inf,)")],
        "objects": [("not math.isfinite(value)", "not value < math.inf")],
    },
    "nan_is_taken": {
        "log": [("math.isnan(value) or ", "")],
        "ordered": [("not isfinite(value)", "value in (inf, -inf)")],
        "slots": [("value != value or ", "")],
    },
    "ids_are_kept_by_key": {
        "log": [
            ("if event_id in self._ids", "if (event_id, key) in self._ids"),
            ("self._ids.add(event_id)", "self._ids.add((event_id, key))"),
        ],
        "slots": [
            ("self._known.get(event_id)", "self._known.get((event_id, key))"),
            ("self._known[event_id]", "self._known[event_id, key]"),
        ],
        "table": [
            ('where id = ?", event_id)', 'where id = ? and key = ?", event_id, key)'),
            ("id text unique", "id text"),
        ],
    },
    "the_last_of_an_id_counts": {
        "objects": [
            (
                "        if known or late:\n",
                "        if known and not late and self._events[event_id]._key is not None:\n            self._events[event_id] = _Event(key, time, value)\n            return False\n        if known or late:\n",
            )
        ],
        "table": [
            (
                "        if taken or (top",
                '        if taken:\n            self._base.execute("update event set value = ? where id = ?", (value, event_id))\n        if taken or (top',
            )
        ],
    },
    "says_stored_of_a_duplicate": {
        "log": [
            (
                "if event_id in self._ids:\n            return False",
                "if event_id in self._ids:\n            return True",
            )
        ],
        "slots": [
            (
                "if self._known.get(event_id):\n            return False",
                "if self._known.get(event_id):\n            return True",
            )
        ],
    },
    "says_stored_of_a_late_one": {
        "log": [("self._lateness:\n            return False", "self._lateness:\n            return True")],
        "slots": [("> self._lateness:\n            return False", "> self._lateness:\n            return True")],
        "ordered": [("            return False\n", "            return event_id not in self._arrivals\n")],
    },
    "duplicates_move_the_watermark": {
        "log": [
            ("if event_id in self._ids:\n", "if event_id in self._ids:\n            self._top = max(self._top, time)\n")
        ],
        "objects": [
            (
                "        if known or late:\n",
                "        if known and time > self._edge:\n            self._edge = time\n        if known or late:\n",
            )
        ],
        "slots": [
            (
                "if self._known.get(event_id):\n",
                "if self._known.get(event_id):\n            self._latest = max(time, self._latest)\n",
            )
        ],
    },
    "late_ones_stay": {
        "ordered": [
            (
                "        if late or event_id in self._arrivals:\n",
                "        if late and event_id not in self._arrivals:\n            insort(self._rows[key], (time, -1, value))\n        if late or event_id in self._arrivals:\n",
            )
        ],
    },
    "forgetting_frees_the_ids": {
        "table": [
            (
                "update event set gone = 1 where key = ? and gone = 0",
                "update event set gone = 1, id = null where key = ? and gone = 0",
            )
        ],
        "objects": [
            (
                "        for event in self._events.values():\n            if event._key == key:\n                event._key = None\n                removed += 1\n",
                "        for name, event in list(self._events.items()):\n            if event._key == key:\n                del self._events[name]\n                removed += 1\n",
            )
        ],
    },
    "forgetting_moves_the_watermark": {
        "log": [
            (
                "        self._log = kept\n",
                "        self._log = kept\n        self._top = max((event[1] for event in kept), default=None)\n",
            )
        ],
        "table": [("select max(time) from event", "select max(time) from event where gone = 0")],
    },
    "forgetting_says_one": {
        "ordered": [("return len(rows)", "return int(bool(rows))")],
        "log": [("return removed", "return min(removed, 1)")],
    },
    "forgetting_leaves_the_newest": {
        "log": [("if event[0] != key]", "if event[0] != key or event[1] == self._top]")],
        "objects": [("if event._key == key:\n", "if event._key == key and event._time < self._edge:\n")],
    },
    "forgets_by_prefix": {
        "log": [("if event[0] != key]", "if not event[0].startswith(key)]")],
        "table": [("gone = 1 where key = ? and", "gone = 1 where key like ? || '%' and")],
        "objects": [("if event._key == key:\n", "if event._key is not None and event._key.startswith(key):\n")],
    },
    "all_windows_share_their_ids": {
        "log": [
            ("        self._ids = set()\n", ""),
            ('at any moment."""\n', 'at any moment."""\n\n    _ids = set()\n'),
        ],
        "slots": [
            ("        self._known = {}\n", ""),
            ('at any moment."""\n', 'at any moment."""\n\n    _known = {}\n'),
        ],
    },
    "all_windows_share_their_events": {
        "slots": [
            ("        self._seconds = {}\n", ""),
            ('at any moment."""\n', 'at any moment."""\n\n    _seconds = {}\n'),
        ],
        "ordered": [
            ("        self._rows = defaultdict(list)\n", ""),
            ('at any moment."""\n', 'at any moment."""\n\n    _rows = defaultdict(list)\n'),
        ],
    },
    "reading_throws_old_ones_away": {
        "log": [
            (
                "        count, total, low",
                "        self._log = [event for event in self._log if event[1] > at - self._width]\n        count, total, low",
            )
        ],
        "ordered": [
            (
                "        return rows[first:end]",
                "        rows[:first], first, end = [], 0, end - first\n        return rows[first:end]",
            )
        ],
        "table": [
            (
                "        count, total = len(values)",
                '        self._base.execute("update event set gone = 1 where time <= ?", (at - self._width,))\n        count, total = len(values)',
            )
        ],
    },
    "zero_width_is_taken": {
        "log": [("width < 1 or lateness < 0", "width < 0 or lateness < 0")],
        "table": [("if width < 1:", "if width < 0:")],
        "ordered": [("width > 0 and", "width >= 0 and")],
    },
    "negative_lateness_is_taken": {
        "log": [("width < 1 or lateness < 0", "width < 1")],
        "objects": [("min(width - 1, lateness) < 0", "width < 1")],
        "ordered": [("width > 0 and lateness >= 0", "width > 0")],
    },
}

FIGURES = {
    "zero_is_no_value": {
        "log": [
            ("if who != key or not self._inside(when, at)", "if who != key or not value or not self._inside(when, at)")
        ],
        "ordered": [("for _, _, value in self._cut(key, at)]", "for _, _, value in self._cut(key, at) if value]")],
        "slots": [("for value in slots[time]]", "for value in slots[time] if value]")],
    },
    "maximum_from_zero": {
        "log": [
            ("low, high, last, newest = 0, 0, None, None,", "low, high, last, newest = 0, 0, None, 0,"),
            ('"max": high', '"max": high if count else None'),
        ],
        "slots": [("max(values), values[-1]", "max([0, *values]), values[-1]")],
        "objects": [('"max": max(values)', '"max": max(0, *values)')],
    },
    "minimum_from_zero": {
        "ordered": [('"min": ranked[0]', '"min": min(0, ranked[0])')],
        "table": [("min=min(values)", "min=min(0, *values)")],
    },
    "last_by_arrival": {
        "log": [("newest is None or when >= newest", "newest is None or True")],
        "table": [("order by time, n", "order by n")],
        "objects": [("sorted(inside, key=lambda event: event._time)", "inside")],
    },
    "last_is_the_first_of_equal_times": {
        "log": [("when >= newest", "when > newest")],
        "table": [("order by time, n", "order by time, n desc")],
        "ordered": [("(time, self._arrivals[event_id], value)", "(time, -self._arrivals[event_id], value)")],
    },
    "last_is_the_largest_of_equal_times": {
        "table": [("order by time, n", "order by time, value")],
        "objects": [("key=lambda event: event._time)", "key=lambda event: (event._time, event._value))")],
    },
    "mean_in_whole_numbers": {
        "log": [("total / count", "total // count")],
        "ordered": [("total / len(values)", "total // len(values)")],
        "slots": [("fmean(values)", "sum(values) // len(values)")],
    },
    "mean_rounded": {
        "table": [("mean=total / count", "mean=round(total / count, 2)")],
        "objects": [('"mean": total / len(inside)', '"mean": round(total / len(inside), 2)')],
    },
    "mean_of_the_middle": {
        "ordered": [('"mean": total / len(values)', '"mean": ranked[len(ranked) // 2]')],
        "slots": [("fmean(values)", "sorted(values)[len(values) // 2]")],
    },
    "sum_of_nothing_is_none": {
        "ordered": [('{"sum": 0.0, "count": 0}', '{"sum": None, "count": 0}')],
        "objects": [('{"sum": 0, "count"', '{"sum": None, "count"')],
    },
    "largest_of_nothing_is_zero": {
        "log": [('"min": low, "max": high', '"min": low or 0, "max": high or 0')],
        "objects": [('"max": None, "min": None', '"max": 0, "min": 0')],
    },
    "equal_events_are_one": {
        "log": [
            (
                "        self._log.append((key, time, value))",
                "        if (key, time, value) not in self._log:\n            self._log.append((key, time, value))",
            )
        ],
        "slots": [
            (
                "self._seconds.setdefault(key, {}).setdefault(time, []).append(value)",
                "slot = self._seconds.setdefault(key, {}).setdefault(time, [])\n        slot.extend([value] if value not in slot else [])",
            )
        ],
        "table": [
            (
                "select value from event where key = :key and {_SPAN} order by",
                "select value from event where key = :key and {_SPAN} group by time, value order by",
            )
        ],
    },
    "one_event_a_second": {
        "slots": [(".setdefault(time, []).append(value)", "[time] = [value]")],
        "table": [('{_SPAN} order by time, n"', '{_SPAN} group by time having n = max(n) order by time"')],
    },
    "whole_numbers_only": {
        "log": [("total += value", "total += int(value)")],
        "table": [("values = [value for", "values = [int(value) for")],
    },
    "only_the_last_few": {
        "ordered": [("rows[first:end]", "rows[first:end][-DRAWN:]")],
        "log": [
            (
                "for who, when, value in self._log:",
                "for who, when, value in [event for event in self._log if event[0] == key][-DRAWN:]:",
            )
        ],
        "table": [("values = [value for (value,) in rows]", "values = [value for (value,) in rows][-DRAWN:]")],
    },
    "keys_without_their_case": {
        "ordered": [
            ("insort(self._rows[key]", "insort(self._rows[key.lower()]"),
            ("self._rows.get(key, [])", "self._rows.get(key.lower(), [])"),
        ],
        "slots": [
            ("self._seconds.setdefault(key, {})", "self._seconds.setdefault(key.lower(), {})"),
            ("self._seconds.get(key, {})", "self._seconds.get(key.lower(), {})"),
        ],
    },
    "all_keys_in_one": {
        "log": [("if who != key or not self._inside", "if not self._inside")],
        "table": [("where key = :key and {_SPAN}", "where {_SPAN}")],
        "objects": [(" if event._key == key]", "]")],
    },
    "answers_from_memory": {
        "log": [
            (
                '        return {"count": count',
                '        self._answers = getattr(self, "_answers", {})\n        answer = {"count": count',
            ),
            ('"last": last}\n', '"last": last}\n        return self._answers.setdefault((key, at), answer)\n'),
        ],
        "ordered": [
            (
                "for _, _, value in self._cut(key, at)]",
                'for _, _, value in self.__dict__.setdefault("_kept", {}).setdefault((key, at), self._cut(key, at))]',
            )
        ],
    },
    "answers_are_shared": {
        "slots": [
            (
                "        return dict(zip(names, (0, 0, *[None] * 4), strict=True))",
                '        return self.__dict__.setdefault("_empty", dict(zip(names, (0, 0, *[None] * 4), strict=True)))',
            )
        ],
        "objects": [
            (
                '            return {"sum": 0, "count": 0, "mean": None, "last": None, "max": None, "min": None}',
                '            return self.__dict__.setdefault(\n                "_nothing", {"sum": 0, "count": 0, "mean": None, "last": None, "max": None, "min": None}\n            )',
            )
        ],
    },
    "busiest_comes_last": {
        "log": [("(-counts[who], who)", "(counts[who], who)")],
        "table": [("count(*) desc", "count(*)")],
        "slots": [(", reverse=True)", ")")],
    },
    "equal_keys_by_arrival": {
        "log": [("key=lambda who: (-counts[who], who)", "key=lambda who: -counts[who]")],
        "slots": [("for key in sorted(self._seconds)", "for key in self._seconds")],
    },
    "equal_keys_backwards": {
        "table": [("count(*) desc, key", "count(*) desc, key desc")],
        "slots": [("key=lambda rank: rank[0], reverse=True", "reverse=True")],
    },
    "silent_keys_are_busy": {
        "ordered": [("if size < 0]", "]")],
        "slots": [("if size > 0:", "if size >= 0:")],
    },
    "busy_by_all_time": {
        "log": [
            (
                "            if self._inside(when, at):\n                counts[who] = counts.get(who, 0) + 1\n        return sorted(counts, key=",
                "            counts[who] = counts.get(who, 0) + 1\n        live = {who for who, when, _ in self._log if self._inside(when, at)}\n        return sorted(live, key=",
            )
        ],
        "ordered": [
            (
                "sizes = [(-len(self._cut(key, at)), key) for key in list(self._rows)]",
                "sizes = [(-len(self._rows[key]), key) for key in list(self._rows) if self._cut(key, at)]",
            )
        ],
    },
    "busy_by_sum": {
        "table": [("order by count(*) desc", "order by sum(value) desc")],
        "ordered": [
            (
                "(-len(self._cut(key, at)), key) for key in list(self._rows)]",
                "(-sum(row[2] for row in self._cut(key, at)), key) for key in list(self._rows) if self._cut(key, at)]",
            ),
            ("for size, key in sorted(sizes) if size < 0]", "for size, key in sorted(sizes)]"),
        ],
    },
}

GROUPS = {"when": WHEN, "stored": STORED, "figures": FIGURES}
