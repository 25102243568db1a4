"""Returns feature maps (n, 16, 3, 3) instead of vectors.

caught by: embedding_net/makes_one_vector_per_image
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3),
            nn.Conv2d(16, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(3),
        )

    def forward(self, x):
        return self.layers(x)
