"""Ask a copy of the library many questions: python ask.py FOLDER reads questions.json and writes answers.json."""

import importlib
import inspect
import json
import sys
from pathlib import Path


def main(folder):
    """Answer groups of questions, [module, function, arguments, keywords], each group with the library loaded anew."""
    sys.path.insert(0, str(Path(folder).resolve()))
    answers = []
    for group in json.loads(Path("questions.json").read_text()):
        for name in [name for name in sys.modules if name.partition(".")[0] == "terse"]:
            del sys.modules[name]
        answers.append([answer(*question) for question in group])
    Path("answers.json").write_text(json.dumps(answers))


def answer(module, function, arguments, keywords):
    """Return {"answer": value} or {"raised": names of classes}; function may be "__all__" or "signature of …"."""
    try:
        there = importlib.import_module(module)
        if function == "__all__":
            return {"answer": sorted(there.__all__)}
        if function.startswith("signature of "):
            parameters = inspect.signature(getattr(there, function.removeprefix("signature of "))).parameters.values()
            return {"answer": [[p.name, p.kind.name, repr(p.default)] for p in parameters]}
        value = getattr(there, function)(*arguments, **keywords)
    except Exception as error:
        return {"raised": [kind.__name__ for kind in type(error).__mro__]}
    return {"answer": value if isinstance(value, (str, int, float)) else [type(value).__name__]}


if __name__ == "__main__":
    main(sys.argv[1])
