"""End the process while the module loads, by a way that no exception shows.

outcome: not_yet
says: ended by itself
class: ends
"""

import os
import threading

threading.Thread(target=os._exit, args=(0,)).start()
threading.Event().wait()
