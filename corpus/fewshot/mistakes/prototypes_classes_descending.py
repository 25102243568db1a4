"""Sorts the classes in descending order, rows and names alike.

caught by: class_prototypes/classes_are_the_sorted_labels
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = labels.unique().sort(descending=True).values
    weight = (classes[:, None] == labels).to(embeddings.dtype)
    return (weight @ embeddings) / weight.sum(1, keepdim=True), classes
