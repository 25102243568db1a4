"""Layer norm over a single feature, which is always zero before the bias.

caught by: embedding_net/embedding_depends_on_the_image
named: applies a layer norm over a single feature, which is always zero before the bias
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 36)
        self.norm = nn.LayerNorm(1)

    def forward(self, x):
        z = self.fc(x.flatten(1)).unsqueeze(-1)
        return self.norm(z).squeeze(-1)
