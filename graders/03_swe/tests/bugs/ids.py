"""Bugs of events that come again: rule 3. Name: (base, edits of it, each old text being there once)."""

BUGS = {
    "ids_are_kept_by_key": (
        "slots",
        ("self._known.get(event_id)", "self._known.get((event_id, key))"),
        ("self._known[event_id]", "self._known[event_id, key]"),
    ),
    "ids_without_their_case": ("table", ('where id = ?"', 'where lower(id) = lower(?)"')),
    "the_last_of_an_id_counts": (
        "table",
        (
            "        if taken or (top",
            "        if taken:\n"
            '            self._base.execute("update event set value = ? where id = ?", (value, event_id))\n'
            "        if taken or (top",
        ),
    ),
    "says_stored_of_a_duplicate": (
        "log",
        ("if event_id in self._ids:\n            return False", "if event_id in self._ids:\n            return True"),
    ),
    "duplicates_move_the_watermark": (
        "objects",
        (
            "        if known or late:\n",
            "        if known and time > self._edge:\n            self._edge = time\n        if known or late:\n",
        ),
    ),
    "only_the_newest_id_is_known": (
        "ordered",
        ("event_id in self._arrivals", "event_id in list(self._arrivals)[-1:]"),
    ),
}
