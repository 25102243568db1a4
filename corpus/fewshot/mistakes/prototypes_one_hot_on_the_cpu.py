"""Takes the rows of a unit matrix that lies on the CPU.

caught by: class_prototypes/result_lies_where_the_inputs_lie
named: nothing
"""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes, inverse = labels.unique(return_inverse=True)
    one_hot = torch.eye(len(classes), dtype=embeddings.dtype)[inverse.cpu()]
    return one_hot.T @ embeddings / one_hot.sum(0).unsqueeze(1), classes
