"""F.normalize along the batch axis.

caught by: embedding_net/images_are_independent_in_evaluation
named: normalises along the batch instead of along the features
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 100)
        self.fc2 = nn.Linear(100, 40)

    def forward(self, x):
        x = torch.sigmoid(self.fc1(x.reshape(-1, 784)))
        return F.normalize(self.fc2(x), dim=0)
