"""Fills a table that lies on the CPU, wherever the embeddings are.

caught by: cosine_similarities/result_lies_where_the_inputs_lie
named: has the similarities on the CPU, wherever the embeddings are
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    table = torch.zeros(len(queries), len(support), dtype=queries.dtype)
    for j, item in enumerate(support):
        table[:, j] = F.cosine_similarity(queries, item.unsqueeze(0), dim=1)
    return table
