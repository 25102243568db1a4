"""Returns containers that are larger than they say: endless iterators behind small lengths.
Must: double/runs -> falsified, raised, crashed, timed_out
"""

# %% double
class Endless(list):
    def __len__(self):
        return 2

    def __iter__(self):
        while True:
            yield 1.0


class EndlessDict(dict):
    def __len__(self):
        return 2

    def items(self):
        while True:
            yield "x", 1.0


def double(x):
    return [Endless(), EndlessDict(), Endless([Endless()])]
