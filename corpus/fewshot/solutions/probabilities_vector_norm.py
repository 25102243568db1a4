"""linalg.vector_norm of the differences, squared."""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    norm = torch.linalg.vector_norm(queries.unsqueeze(1) - prototypes.unsqueeze(0), dim=2)
    return torch.softmax(-norm.square(), dim=1)
