"""Throws a coin for each pair: half of them match on average only.

caught by: sample_pairs/even_numbers_of_pairs_are_halved
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
        if torch.rand(1, generator=generator) < 0.5:
            items = several[perm(len(several))[0]]
            pairs.append(items[perm(len(items))[:2]])
        else:
            one, other = perm(len(members))[:2]
            pairs.append(torch.stack([members[one][perm(len(members[one]))[0]], members[other][perm(len(members[other]))[0]]]))
    first, second = torch.stack(pairs).unbind(1)
    return first, second
