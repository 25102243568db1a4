"""Float64 network: casts the images to the dtype of its weights."""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.Tanh(), nn.Linear(32, 16)).double()

    def forward(self, x):
        return self.layers(x.to(self.layers[1].weight.dtype))
