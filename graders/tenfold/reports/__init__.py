"""A result for readers: text, page, the formats of other tools, a signature and its check.

Pure functions of results. Uses `grading` for the pages that show a grade.
"""

__all__ = [
    "formats",
    "generated_docs",
    "html_page",
    "json_document",
    "printed",
    "result_check",
    "signature",
    "svg_layout",
    "terminal_text",
]
