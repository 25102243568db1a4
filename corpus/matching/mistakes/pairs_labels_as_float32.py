"""Compares labels as float32, which has one number for 16777216 and 16777217.

caught by: sample_pairs/half_of_the_pairs_match
"""


# %% sample_pairs
def sample_pairs(labels, n_pairs, generator):
    names = labels.float()
    members = [(names == name).nonzero().squeeze(1) for name in names.unique()]
    several = [items for items in members if len(items) > 1]
    if len(members) < 2 or not several:
        raise ValueError("no pairs of both kinds")

    def draw(count, size):
        return torch.randperm(size, generator=generator)[:count]

    pairs = []
    for i in range(n_pairs):
        if i % 2 == 0:
            items = several[draw(1, len(several))]
            pairs.append(items[draw(2, len(items))])
        else:
            one, other = (members[k] for k in draw(2, len(members)))
            pairs.append(torch.cat([one[draw(1, len(one))], other[draw(1, len(other))]]))
    return torch.stack(pairs).unbind(dim=1)
