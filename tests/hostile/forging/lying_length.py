"""Returns containers that lie about their length and their items.
Must: double/runs -> falsified, raised, crashed, timed_out
"""

# %% double
class Liar(list):
    def __len__(self):
        return -1 if len(list(self)) else 2**62

    def __getitem__(self, index):
        return Liar()


class Tuple(tuple):
    def __iter__(self):
        raise SystemExit


def double(x):
    return Liar([Tuple((1, 2)), Liar()])
