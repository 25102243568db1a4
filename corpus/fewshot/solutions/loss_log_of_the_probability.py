"""-log(probability) through the two functions above; infinite for far points, as asked."""


# %% episode_loss
def episode_loss(embed, support_x, support_y, query_x, query_y):
    prototypes, classes = class_prototypes(embed(support_x), support_y)
    probabilities = class_probabilities(embed(query_x), prototypes)
    mine = probabilities[query_y[:, None] == classes[None, :]]  # one True per row
    loss = -torch.log(mine).mean()
    accuracy = (classes[probabilities.argmax(dim=1)] == query_y).float().mean()
    return loss, accuracy
