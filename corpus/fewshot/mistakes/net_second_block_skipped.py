"""Defines two blocks and applies the first one twice.

caught by: embedding_net/every_parameter_takes_part
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 16, 4, stride=4)
        self.block1 = nn.Sequential(nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())
        self.block2 = nn.Sequential(nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())

    def forward(self, x):
        x = self.block1(self.stem(x))
        x = self.block1(x)
        return x.flatten(1)
