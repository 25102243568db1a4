"""Random features in a buffer that is not saved.

caught by: embedding_net/state_dict_holds_everything
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("filters", torch.randn(24, 1, 7, 7) / 7, persistent=False)
        self.fc = nn.Linear(24 * 16, 32)

    def forward(self, x):
        return self.fc(F.relu(F.conv2d(x, self.filters, stride=7)).flatten(1))
