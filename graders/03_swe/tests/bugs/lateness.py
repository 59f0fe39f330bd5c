"""Bugs of the watermark and of what comes late: rule 4. Name: (base, edits of it, each old text being there once)."""

BUGS = {
    "allowed_lateness_excluded": (
        "slots",
        ("self._latest - time > self._lateness", "self._latest - time >= max(self._lateness, 1)"),
    ),
    "equal_times_are_late": (
        "log",
        ("time < self._top - self._lateness", "time < self._top - self._lateness + (not self._lateness)"),
    ),
    "nothing_late_is_taken": ("ordered", ("self._peak - self._lateness", "self._peak")),
    "late_ones_are_taken": ("objects", ("if known or late:", "if known:")),
    "no_lateness_is_no_limit": ("table", ("(top is not None and top", "(self._lateness and top is not None and top")),
    "watermark_goes_back": ("slots", ("max(time, self._latest)", "time")),
    "a_watermark_for_each_key": (
        "table",
        (
            '_one("select count(*) from event where id = ?", event_id)[0], self.watermark',
            '_one("select count(*) from event where id = ?", event_id)[0], '
            'self._one("select max(time) from event where key = ?", key)[0]',
        ),
    ),
    "watermark_zero_is_none": ("objects", ("self._edge is not None and", "self._edge and")),
    "watermark_begins_at_zero": ("log", ("self._top = None", "self._top = 0")),
    "first_events_of_a_key_are_never_late": ("ordered", ("late = time <", "late = key in self._rows and time <")),
    "late_ones_take_the_id": (
        "slots",
        (
            "        if self._latest is None:",
            "        self._known[event_id] = True\n        if self._latest is None:",
        ),
    ),
    "late_ones_stay": (
        "ordered",
        (
            "        if late or event_id in self._arrivals:\n",
            "        if late and event_id not in self._arrivals:\n"
            "            insort(self._rows[key], (time, -1, value))\n"
            "        if late or event_id in self._arrivals:\n",
        ),
    ),
    "says_stored_of_a_late_one": (
        "log",
        ("self._lateness:\n            return False", "self._lateness:\n            return True"),
    ),
}
