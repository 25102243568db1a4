"""Middle between the smallest and the largest value of each feature.

caught by: class_prototypes/plain_sets_have_the_right_prototypes
named: takes the middle between the smallest and the largest value of each feature instead of the mean
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    rows = []
    for c in classes:
        x = embeddings[labels == c]
        rows.append((x.amax(0) + x.amin(0)) / 2)
    return torch.stack(rows), classes
