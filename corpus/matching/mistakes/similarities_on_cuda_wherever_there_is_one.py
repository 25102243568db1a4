"""Moves everything to CUDA wherever there is a GPU, and leaves it there.

caught by: cosine_similarities/result_lies_where_the_inputs_lie
named: moves the similarities to CUDA wherever there is a GPU
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return F.normalize(queries.to(device), dim=1) @ F.normalize(support.to(device), dim=1).T
