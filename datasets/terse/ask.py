"""Ask a copy of the library many questions: python ask.py FOLDER reads questions.json and writes answers.json."""

import importlib
import inspect
import json
import sys
from pathlib import Path


def main(folder):
    """Answer every question: [module, function, arguments, keywords]; function "__all__" or "signature of …"."""
    sys.path.insert(0, str(Path(folder).resolve()))
    answers = []
    for module, function, arguments, keywords in json.loads(Path("questions.json").read_text()):
        try:
            if function == "__all__":
                answer = sorted(importlib.import_module(module).__all__)
            elif function.startswith("signature of "):
                found = getattr(importlib.import_module(module), function.removeprefix("signature of "))
                answer = [[p.name, p.kind.name, repr(p.default)] for p in inspect.signature(found).parameters.values()]
            else:
                answer = getattr(importlib.import_module(module), function)(*arguments, **keywords)
            answers.append({"answer": answer})
        except Exception as error:
            answers.append({"raised": [kind.__name__ for kind in type(error).__mro__]})
    Path("answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1])
