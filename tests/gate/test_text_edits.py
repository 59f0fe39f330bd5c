"""Small edits of what is no Python: told by line, comments and names left alone."""

from __future__ import annotations

import pytest

pytest.importorskip("libcst")

from tenfold.gate.text_edits import edits

SQL = """-- NOT to be touched: a < b
SELECT p.tail, COUNT(*), MAX(delay + 1)  -- and 2
FROM planes p LEFT  JOIN flights_7 f ON f.tail = p.tail
WHERE seats >= 10 AND NOT closed
ORDER BY delay DESC;
CREATE INDEX flights_tail ON flights_7 (tail);
"""
TERRAFORM = """resource "bucket" "a" {
  versioned = true # 3
  days      = var.days >= 30 && local.keep
  tags = {
  }
}
"""
YAML = """Resources:
  Bucket:
    Versioned: true
    Days: 30
"""
PATCH = """diff --git a/CHANGES.md b/CHANGES.md
+++ b/CHANGES.md
@@ -1,2 +1,3 @@
+- 17 is < 18
diff --git a/terse/sizes.py b/terse/sizes.py
+++ b/terse/sizes.py
@@ -1,2 +1,2 @@
-    while rest >= base:
+    while rest > base and left:
diff --git a/tests/test_sizes.py b/tests/test_sizes.py
+    assert size(1) == "1 B"
"""


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.sql", SQL, "SELECT p.tail, SUM(*), MAX(delay + 1)"),
        ("a.sql", SQL, "COUNT(*), MIN(delay + 1)"),
        ("a.sql", SQL, "MAX(delay - 1)"),
        ("a.sql", SQL, "MAX(delay + 2)"),
        ("a.sql", SQL, "planes p JOIN flights_7"),
        ("a.sql", SQL, "f.tail <> p.tail"),
        ("a.sql", SQL, "WHERE seats > 10"),
        ("a.sql", SQL, "seats >= 9"),
        ("a.sql", SQL, "OR NOT closed"),
        ("a.sql", SQL, "AND  closed"),
        ("a.sql", SQL, "ORDER BY delay ;"),
        ("a.sql", SQL, "CREATE INDEX flights_tail ON flights_7 (tail); → left out"),
        ("a.tf", TERRAFORM, "line 2: versioned = true # 3 → versioned = false # 3"),
        ("a.tf", TERRAFORM, "versioned = true # 3 → left out"),
        ("a.tf", TERRAFORM, "var.days > 30 && local.keep"),
        ("a.tf", TERRAFORM, "var.days >= 31 && local.keep"),
        ("a.tf", TERRAFORM, "var.days >= 30 || local.keep"),
        ("a.yaml", YAML, "Versioned: true → Versioned: false"),
        ("a.yaml", YAML, "Days: 30 → left out"),
        ("fix.patch", PATCH, "while rest >= base and left:"),
        ("fix.patch", PATCH, "while rest > base or left:"),
    ],
)
def test_what_people_slip_in(name, text, told):
    assert any(told in edit.told for edit in edits(name, text)), [edit.told for edit in edits(name, text)]


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [("a.sql", SQL, 15), ("a.tf", TERRAFORM, 7), ("a.yaml", YAML, 5), ("fix.patch", PATCH, 2), ("a.md", "a < 1", 0)],
)
def test_nothing_else_is_edited(name, text, count):
    found = edits(name, text)
    assert len({edit.text for edit in found}) == len(found) == count, [edit.told for edit in found]
    assert text not in {edit.text for edit in found}
