"""Never answer.

outcome: not_yet
says: no answer within
"""


def mean(values, weights=None):
    while True:
        pass
