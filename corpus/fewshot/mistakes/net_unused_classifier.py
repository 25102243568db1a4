"""A classification head that forward never uses.

caught by: embedding_net/every_parameter_takes_part
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self, n_classes=20):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 16, 4, stride=4), nn.ReLU(), nn.Flatten())
        self.classifier = nn.Linear(16 * 49, n_classes)

    def forward(self, x):
        return self.features(x)
