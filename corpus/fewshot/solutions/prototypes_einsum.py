"""einsum with a membership matrix whose rows sum to one."""


# %% class_prototypes
def class_prototypes(embeddings, labels):
    classes = torch.unique(labels)
    member = (classes[:, None] == labels[None, :]).to(embeddings)
    weight = member / member.sum(1, keepdim=True)
    return torch.einsum("cn,nd->cd", weight, embeddings), classes
