"""The size of the embedding has no default: EmbeddingNet() does not work.

caught by: embedding_net/makes_one_vector_per_image
named: nothing
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self, in_channels, d):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, 8, 4, 4), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 49, d)
        )

    def forward(self, x):
        return self.layers(x)
