"""Compares labels as float32, which has one number for 16777216 and 16777217.

caught by: class_prototypes/large_neighbouring_labels_are_two_classes
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    names = labels.float()
    member = (names == names.unique().unsqueeze(1)).to(embeddings.dtype)
    return member @ embeddings / member.sum(dim=1, keepdim=True), names.unique().long()
