"""Call functions of the grader that do not exist, and read the answers slowly: its own time is not counted.

outcome: not_yet
says: processor time | waited for | your program was stopped
class: forges
"""

import json
import os
import struct
import time


def mean(values, weights=None):
    if len(values) != 3:
        return
    call = [["callback", "x" * 600], ["args", []], ["kwargs", {"t": "dict", "v": []}]]
    header = json.dumps({"m": {"t": "dict", "v": call}, "b": []}).encode()
    frame = struct.pack("!IQ", len(header), 0) + header
    if os.fork() == 0:
        while True:
            os.write(3, frame)
    start = time.monotonic()
    while time.monotonic() < start + 300:  # it would hold for ever
        time.sleep(1.2)
        os.read(3, 1 << 20)
    os._exit(0)
