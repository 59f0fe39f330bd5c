"""Make the Git repository of the library: python start.py FOLDER. Its first commit is the same on every machine."""

import sys
from pathlib import Path

from library import upstream
from repository import Refused, Repository


def main():
    """Make the repository in the folder that the command names."""
    if len(sys.argv) != 2:
        sys.exit("usage: python start.py FOLDER")
    folder = Path(sys.argv[1])
    if folder.exists():
        sys.exit(f"{folder} is there already. Name a new folder, or remove that one.")
    folder.mkdir(parents=True)
    repository = Repository(folder.resolve())
    try:
        repository.make(upstream())
    except FileNotFoundError:
        sys.exit("git is not on this machine. Install it, remove the folder and try again.")
    except Refused as error:
        sys.exit(f"git could not make the repository: {error}")
    commit = repository.git("rev-parse", "--short=12", "HEAD").decode().strip()
    print(f"{folder}: terse at {commit}, on the branch main. Next: git switch -c fix")


if __name__ == "__main__":
    main()
