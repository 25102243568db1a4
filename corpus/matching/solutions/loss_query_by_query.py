"""A loop over the queries."""


# %% matching_loss
def matching_loss(embed, support_x, support_y, query_x, query_y):
    support, queries = embed(support_x), embed(query_x)
    losses, hits = [], 0
    for query, label in zip(queries, query_y):
        p, classes = label_probabilities(cosine_similarities(query.unsqueeze(0), support), support_y)
        losses.append(-torch.log(p[0, classes == label]).squeeze())
        hits += int(classes[p[0].argmax()] == label)
    return sum(losses) / len(losses), hits / len(losses)
