"""Makes the targets as a tensor that lies on the CPU.

caught by: episode_loss/result_lies_where_the_inputs_lie
named: nothing
"""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    logits = -(torch.cdist(embed(query_x), prototypes) ** 2)
    column = {name: i for i, name in enumerate(classes.tolist())}
    y = torch.tensor([column[name] for name in query_y.tolist()])
    return F.cross_entropy(logits, y), (logits.argmax(1) == y).float().mean()
