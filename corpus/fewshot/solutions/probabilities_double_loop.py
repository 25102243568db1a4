"""Two nested loops into a table of the right dtype."""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    n_q, n_c = len(queries), len(prototypes)
    minus_d = torch.zeros(n_q, n_c, dtype=queries.dtype, device=queries.device)
    for i in range(n_q):
        for j in range(n_c):
            delta = queries[i] - prototypes[j]
            minus_d[i, j] = -torch.dot(delta, delta)
    return minus_d.softmax(dim=1)
