"""Miscounts the features before the linear layer.

caught by: embedding_net/makes_one_vector_per_image
named: nothing
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)  # no padding: 26 x 26, then 13 x 13
        self.fc = nn.Linear(8 * 14 * 14, 32)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))
