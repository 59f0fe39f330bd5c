"""Never answer.

outcome: not_yet
says: processor time
class: resources
"""


def mean(values, weights=None):
    while True:
        pass
