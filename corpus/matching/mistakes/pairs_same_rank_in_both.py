"""Takes items of the same rank from both classes.

caught by: sample_pairs/items_of_other_pairs_are_uniform
"""


# %% sample_pairs
def sample_pairs(labels, n_pairs, generator):
    members = [(labels == label).nonzero().squeeze(1) for label in labels.unique()]
    several = [items for items in members if len(items) > 1]
    if len(members) < 2 or not several:
        raise ValueError("no pairs of both kinds")
    def perm(n):
        return torch.randperm(n, generator=generator)

    pairs = []
    for i in range(n_pairs):
        if i % 2 == 0:
            items = several[perm(len(several))[0]]
            pairs.append(items[perm(len(items))[:2]])
        else:
            one, other = (members[k] for k in perm(len(members))[:2])
            rank = perm(min(len(one), len(other)))[0]
            pairs.append(torch.stack([one[rank], other[rank]]))
    first, second = torch.stack(pairs).unbind(1)
    return first, second
