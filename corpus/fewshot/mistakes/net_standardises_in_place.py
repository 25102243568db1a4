"""Standardises the images in place.

caught by: embedding_net/images_stay_unmodified
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 8, 4, stride=4), nn.ReLU(), nn.Flatten(), nn.Linear(392, 32))

    def forward(self, x):
        x -= x.mean(dim=(1, 2, 3), keepdim=True)
        return self.layers(x)
