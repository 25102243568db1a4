"""Takes label - smallest label as column, as if the labels had no gaps.

caught by: episode_loss/labels_are_only_names
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    target = (query_y - support_y.min()).clamp(max=len(classes) - 1)
    p = class_probabilities(embed(query_x), prototypes)
    loss = -p.gather(1, target.unsqueeze(1)).log().mean()
    return loss, (p.argmax(1) == target).float().mean()
