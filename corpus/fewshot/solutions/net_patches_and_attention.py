"""Patches and attention, with fixed positions in a buffer."""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self, d=32, patch=7):
        super().__init__()
        n = (28 // patch) ** 2
        self.patches = nn.Conv2d(1, d, patch, stride=patch)
        angles = torch.arange(n).unsqueeze(1) / 10 ** torch.linspace(0, 2, d // 2)
        self.register_buffer("positions", torch.cat([angles.sin(), angles.cos()], dim=1))
        self.layer = nn.TransformerEncoderLayer(d, nhead=4, dim_feedforward=48, dropout=0.0, batch_first=True)

    def forward(self, x):
        tokens = self.patches(x).flatten(2).transpose(1, 2) + self.positions
        return self.layer(tokens).mean(dim=1)
