"""Makes the targets as a tensor that lies on the CPU.

caught by: matching_loss/result_lies_where_the_inputs_lie
named: nothing
"""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    support, queries = embed(support_x), embed(query_x)
    p, classes = label_probabilities(cosine_similarities(queries, support), support_y)
    targets = torch.tensor([classes.tolist().index(y) for y in query_y.tolist()])
    return F.nll_loss(p.log(), targets), (p.argmax(dim=1) == targets).float().mean()
