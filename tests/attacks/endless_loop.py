"""Never answer.

outcome: not_yet
says: no answer within
class: resources
"""


def mean(values, weights=None):
    while True:
        pass
