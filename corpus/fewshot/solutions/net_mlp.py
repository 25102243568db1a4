"""MLP with one-dimensional batch norm."""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super(EmbeddingNet, self).__init__()
        self.fc1 = nn.Linear(28 * 28, 128)
        self.bn1 = nn.BatchNorm1d(128)
        self.fc2 = nn.Linear(128, 64)

    def forward(self, images):
        x = images.view(images.size(0), -1)
        x = torch.tanh(self.bn1(self.fc1(x)))
        return self.fc2(x)
