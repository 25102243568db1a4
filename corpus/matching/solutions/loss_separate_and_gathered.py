"""Support and query embedded apart, the probability of the right class gathered."""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    s, q = embed(support_x), embed(query_x)
    p, classes = label_probabilities(cosine_similarities(q, s), support_y)
    target = (query_y.unsqueeze(1) == classes).long().argmax(dim=1)
    loss = -p.gather(1, target[:, None]).squeeze(1).log().mean()
    return loss, float((classes[p.argmax(1)] == query_y).double().mean())
