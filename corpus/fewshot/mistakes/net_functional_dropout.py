"""F.dropout without training=self.training: active in evaluation, too.

caught by: embedding_net/evaluation_is_repeatable
named: drops out in evaluation mode, too: F.dropout without training=self.training
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 64)
        self.fc2 = nn.Linear(64, 32)

    def forward(self, x):
        h = F.relu(self.fc1(x.view(len(x), -1)))
        return self.fc2(F.dropout(h, 0.5))
