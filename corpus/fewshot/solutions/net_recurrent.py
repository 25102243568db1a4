"""A GRU that reads the image row by row, and LayerNorm at the end."""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(28, 40, batch_first=True, bidirectional=True)
        self.norm = nn.LayerNorm(80)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _, last = self.rnn(x.squeeze(1))  # (2, n, 40)
        return self.norm(torch.cat([last[0], last[1]], dim=1))
