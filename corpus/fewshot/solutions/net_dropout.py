"""Net with dropout, by module and by function; both off in evaluation."""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 12, 4, stride=2)
        self.drop = nn.Dropout2d(0.2)
        self.fc = nn.Linear(12 * 6 * 6, 40)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        x = self.drop(x).flatten(start_dim=1)
        x = F.dropout(x, p=0.1, training=self.training)
        return self.fc(x)
