"""All pairs of a kind in a table, with weights that make classes and not pairs equally likely."""


# %% sample_pairs
def sample_pairs(labels, n_pairs, generator):
    n = len(labels)
    sizes = (labels.unsqueeze(1) == labels).sum(1).double()
    i, j = torch.triu_indices(n, n, offset=1)
    match = labels[i] == labels[j]
    if match.all() or not match.any():
        raise ValueError("only one kind of pairs")
    weight = torch.where(match, 1 / (sizes[i] * (sizes[i] - 1)).clamp(min=1), 1 / (sizes[i] * sizes[j]))
    drawn = []
    for kind, count in ((match, (n_pairs + 1) // 2), (~match, n_pairs // 2)):
        if count:
            drawn.append(torch.multinomial(weight * kind, count, replacement=True, generator=generator))
    drawn = torch.cat(drawn)
    return i[drawn], j[drawn]
