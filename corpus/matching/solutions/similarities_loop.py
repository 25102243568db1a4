"""Two loops, and a test for vectors without a direction."""


# %% cosine_similarities
def cosine_similarities(queries, support):
    rows = []
    for q in queries:
        row = []
        for s in support:
            lengths = q.norm() * s.norm()
            row.append(q @ s / lengths if lengths > 0 else 0 * (q @ s))
        rows.append(torch.stack(row))
    return torch.stack(rows)
