"""Bugs of forgetting: rule 7. Name: (base, edits of it, each old text being there once)."""

BUGS = {
    "forgetting_frees_the_ids": (
        "objects",
        (
            "        for event in self._events.values():\n"
            "            if event._key == key:\n"
            "                event._key = None\n"
            "                removed += 1\n",
            "        for name, event in list(self._events.items()):\n"
            "            if event._key == key:\n"
            "                del self._events[name]\n"
            "                removed += 1\n",
        ),
    ),
    "forgetting_moves_the_watermark": (
        "table",
        ("select max(time) from event", "select max(time) from event where gone = 0"),
    ),
    "forgetting_says_one": ("ordered", ("return len(rows)", "return int(bool(rows))")),
    "forgetting_says_nothing": ("slots", ("return sum(map(len", "sum(map(len")),
    "forgetting_counts_again": ("table", (" where key = ? and gone = 0", " where key = ?")),
    "forgetting_leaves_the_newest": ("log", ("if event[0] != key]", "if event[0] != key or event[1] == self._top]")),
    "forgets_by_prefix": (
        "objects",
        ("if event._key == key:\n", "if event._key is not None and event._key.startswith(key):\n"),
    ),
    "forgetting_is_for_ever": (
        "log",
        (
            "        self._log = kept\n",
            "        self._log = kept\n        self._ban = {*getattr(self, '_ban', ()), key}\n",
        ),
        (
            "        self._log.append((key, time, value))",
            "        if key not in getattr(self, '_ban', ()):\n            self._log.append((key, time, value))",
        ),
    ),
}
