"""Confine this process, then become the program to run: the untrusted side of `Box.run`."""

import json
import os
import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    config = json.loads(sys.argv[1])
    confine = runpy.run_path(str(Path(__file__).with_name("confine.py")))["confine"]
    confine(config["limits"], config["uid"])
    os.execvp(config["argv"][0], config["argv"])
