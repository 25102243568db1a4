"""GroupNorm instead of batch norm: no running statistics at all."""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 5, stride=2, padding=2),
            nn.GroupNorm(4, 16),
            nn.GELU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.GroupNorm(8, 32),
            nn.GELU(),
            nn.AdaptiveAvgPool2d(3),
        )
        self.out = nn.Linear(32 * 9, 48)

    def forward(self, x):
        h = self.features(x)
        return self.out(h.reshape(len(h), -1))
