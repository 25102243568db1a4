"""Cosine similarity.

caught by: class_probabilities/rigid_motions_change_nothing
named: applies softmax to cosine similarities
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    sim = F.cosine_similarity(queries[:, None, :], prototypes[None, :, :], dim=-1)
    return F.softmax(sim, dim=1)
