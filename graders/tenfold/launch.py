"""Confine this process, then become the program to run: the untrusted side of `Box.run`."""

import importlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType

if __name__ == "__main__":
    config = json.loads(sys.argv[1])
    package = sys.modules["_tenfold"] = ModuleType("_tenfold")
    package.__path__ = [str(Path(__file__).resolve().parent)]
    importlib.import_module("_tenfold.confine").confine(config["limits"], config["uid"], config["level"])
    os.execvp(config["argv"][0], config["argv"])
