"""Conv4 with batch norm, the network of the paper."""


# %% embedding_net
def block(n_in, n_out):
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out), nn.ReLU(), nn.MaxPool2d(2)
    )


class EmbeddingNet(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.encoder = nn.Sequential(
            block(1, hidden), block(hidden, hidden), block(hidden, hidden), block(hidden, hidden)
        )

    def forward(self, x):
        return self.encoder(x).flatten(1)
