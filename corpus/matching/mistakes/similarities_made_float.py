"""Fills a table of float32.

caught by: cosine_similarities/dtype_is_kept
named: answers in float32, whatever the dtype of the embeddings
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    table = torch.zeros(len(queries), len(support))
    return table + (F.normalize(queries, dim=1) @ F.normalize(support, dim=1).T).float()
