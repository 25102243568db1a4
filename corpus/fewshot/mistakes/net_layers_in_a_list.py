"""Keeps layers in a Python list, where the module does not see them.

caught by: embedding_net/state_dict_holds_everything
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = [nn.Linear(784, 64), nn.Linear(64, 64)]
        self.out = nn.Linear(64, 32)

    def forward(self, x):
        x = x.flatten(1)
        for layer in self.hidden:
            x = F.relu(layer(x))
        return self.out(x)
