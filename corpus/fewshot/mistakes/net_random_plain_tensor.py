"""A random projection kept as a plain tensor: a reloaded network has another one.

caught by: embedding_net/state_dict_holds_everything
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 4, stride=4)
        self.projection = torch.randn(16 * 49, 32) / 28

    def forward(self, x):
        return torch.relu(self.conv(x)).flatten(1) @ self.projection
