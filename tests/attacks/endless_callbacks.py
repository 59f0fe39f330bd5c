"""Call functions of the grader that do not exist, and read the answers slowly: its own time is not counted.

outcome: not_yet
says: no answer within | your program was stopped
class: forges
"""

import json
import os
import struct
import time


def mean(values, weights=None):
    if len(values) != 3:
        return None
    call = [["callback", "x" * 600], ["args", []], ["kwargs", {"t": "dict", "v": []}]]
    header = json.dumps({"m": {"t": "dict", "v": call}, "b": []}).encode()
    frame = struct.pack("!IQ", len(header), 0) + header
    start = time.monotonic()
    while time.monotonic() < start + 15:  # it would hold for ever
        for _ in range(100):
            os.write(3, frame)
        time.sleep(1.5)
        os.read(3, 1 << 20)
    return 3.0
