"""The squared distance by einsum, the root kept from zero by clamp."""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    delta = first - second
    square = torch.einsum("bd,bd->b", delta, delta)
    hinge = torch.relu(margin - square.clamp(min=1e-20).sqrt())
    weight = same.to(square.dtype)
    return (weight * square + (1 - weight) * hinge * hinge) / 2
