"""Parameters under names of the student's own, with torch.func instead of loops."""


# %% class_probabilities
def class_probabilities(x, c):
    def one_query(q):
        return (-torch.square(c - q).sum(dim=-1)).softmax(dim=-1)

    return torch.func.vmap(one_query)(x)
