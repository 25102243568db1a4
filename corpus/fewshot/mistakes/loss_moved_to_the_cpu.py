"""Moves the logits to the CPU before it compares them.

caught by: episode_loss/result_lies_where_the_inputs_lie
named: has the loss on the CPU, wherever the inputs are
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2).cpu()
    y = torch.searchsorted(classes, query_y).cpu()
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
