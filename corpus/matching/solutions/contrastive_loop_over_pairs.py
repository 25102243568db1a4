"""A loop over the pairs, a list, and stack at the end."""


# %% contrastive_losses
def contrastive_losses(first, second, same, margin):
    losses = []
    for a, b, match in zip(first, second, same):
        square = torch.dot(a - b, a - b)
        if match:
            losses.append(square / 2)
        elif square == 0:
            losses.append(torch.full_like(square, margin**2 / 2) + 0 * square)
        else:
            losses.append(max(margin - square.sqrt(), 0 * square) ** 2 / 2)
    return torch.stack(losses)
