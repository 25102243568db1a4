"""Forgets super().__init__().

caught by: embedding_net/makes_one_vector_per_image
named: nothing
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(784, 32)

    def forward(self, x):
        return self.fc(x.flatten(1))
