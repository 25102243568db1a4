"""Returns one minus the angle as a share of a right angle, which is near the cosine and is not it.

caught by: cosine_similarities/agrees_with_the_reference
"""


# %% cosine_similarities
def cosine_similarities(queries, support):
    cosines = F.normalize(queries, dim=1) @ F.normalize(support, dim=1).T
    return 1 - torch.acos(cosines.clamp(-1 + 1e-7, 1 - 1e-7)) / (np.pi / 2)
