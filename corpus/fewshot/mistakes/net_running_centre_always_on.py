"""Subtracts a running mean that moves in evaluation, too.

caught by: embedding_net/evaluation_is_repeatable
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 32)
        self.register_buffer("centre", torch.zeros(32))

    def forward(self, x):
        z = self.fc(x.flatten(1))
        self.centre = 0.9 * self.centre + 0.1 * z.detach().mean(0)
        return z - self.centre
