"""Divides by n / n_way, which is the class size only where all classes are equally large.

caught by: class_prototypes/classes_may_differ_in_size
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = labels.unique(return_inverse=True)
    sums = embeddings.new_zeros(len(classes), embeddings.shape[1]).index_add(0, inverse, embeddings)
    return sums * len(classes) / len(labels), classes
