"""Detaches the features before the last layer: the convolution never learns.

caught by: embedding_net/every_parameter_takes_part
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 4, stride=4)
        self.fc = nn.Linear(16 * 49, 32)

    def forward(self, x):
        with torch.no_grad():
            h = F.relu(self.conv(x)).flatten(1)
        return self.fc(h)
