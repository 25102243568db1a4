"""Draws all pairs at random, so that few of them match.

caught by: sample_pairs/half_of_the_pairs_match
"""


# %% sample_pairs
def sample_pairs(labels, n_pairs, generator):
    members = [(labels == label).nonzero().squeeze(1) for label in labels.unique()]
    several = [items for items in members if len(items) > 1]
    if len(members) < 2 or not several:
        raise ValueError("no pairs of both kinds")
    first = torch.randint(len(labels), (n_pairs,), generator=generator)
    step = torch.randint(1, len(labels), (n_pairs,), generator=generator)
    return first, (first + step) % len(labels)
