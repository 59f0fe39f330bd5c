"""Bugs of what is shared or kept: rule 8. Name: (base, edits of it, each old text being there once)."""

BUGS = {
    "all_windows_share_their_ids": (
        "log",
        ("        self._ids = set()\n", ""),
        ('at any moment."""\n', 'at any moment."""\n\n    _ids = set()\n'),
    ),
    "all_windows_share_their_events": (
        "ordered",
        ("        self._rows = defaultdict(list)\n", ""),
        ('at any moment."""\n', 'at any moment."""\n\n    _rows = defaultdict(list)\n'),
    ),
    "reading_throws_old_ones_away": (
        "table",
        (
            "        count, total = len(values)",
            '        self._base.execute("update event set gone = 1 where time <= ?", (at - self._width,))\n'
            "        count, total = len(values)",
        ),
    ),
    "reading_moves_the_watermark": (
        "objects",
        (
            "        inside = [event",
            "        self._edge = self._edge if self._edge is None else max(self._edge, at)\n        inside = [event",
        ),
    ),
    "busiest_moves_the_watermark": (
        "log",
        (
            "        counts = {}\n",
            "        self._top = self._top if self._top is None else max(self._top, at)\n        counts = {}\n",
        ),
    ),
    "answers_from_memory": (
        "log",
        (
            '        return {"count": count',
            '        self._answers = getattr(self, "_answers", {})\n        answer = {"count": count',
        ),
        ('"last": last}\n', '"last": last}\n        return self._answers.setdefault((key, at), answer)\n'),
    ),
    "busiest_from_memory": (
        "ordered",
        (
            "return [key for size, key in sorted(sizes) if size < 0]",
            'return self.__dict__.setdefault("_kept", {}).setdefault(\n'
            "            at, [key for size, key in sorted(sizes) if size < 0]\n        )",
        ),
    ),
    "empty_answers_are_shared": (
        "slots",
        (
            "        return dict(zip(names, (0, 0, *[None] * 4), strict=True))",
            '        return self.__dict__.setdefault("_empty", dict(zip(names, (0, 0, *[None] * 4), strict=True)))',
        ),
    ),
    "full_answers_are_shared": (
        "table",
        (
            "        return found\n",
            "        key = (key, at, self._base.total_changes)\n"
            '        return self.__dict__.setdefault("_kept", {}).setdefault(key, found)\n',
        ),
    ),
}
