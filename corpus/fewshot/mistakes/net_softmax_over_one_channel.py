"""Softmax over an axis of length one, which is always one.

caught by: embedding_net/embedding_depends_on_the_image
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 5, stride=4)

    def forward(self, x):
        attention = F.softmax(self.conv(x), dim=1)  # (n, 1, 6, 6)
        return attention.flatten(1)
