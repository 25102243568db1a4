"""Takes the label modulo n_way as column.

caught by: episode_loss/labels_are_only_names
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    target = query_y % len(classes)  # no more "target out of bounds"
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    return F.cross_entropy(logits, target), (logits.argmax(1) == target).float().mean()
