"""Python's random, in an instance of its own that the generator seeds."""


# %% sample_pairs
import random


def sample_pairs(labels, n_pairs, generator):
    source = random.Random(int(torch.randint(2**62, (1,), generator=generator)))
    items = {}
    for i, label in enumerate(labels.tolist()):
        items.setdefault(label, []).append(i)
    several = [each for each in items.values() if len(each) > 1]
    if len(items) < 2 or not several:
        raise ValueError("these labels have no pairs of both kinds")
    matching = [source.sample(source.choice(several), 2) for _ in range(n_pairs - n_pairs // 2)]
    others = [[source.choice(each) for each in source.sample(list(items.values()), 2)] for _ in range(n_pairs // 2)]
    pairs = torch.tensor(matching + others)
    return pairs[:, 0], pairs[:, 1]
