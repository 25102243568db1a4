"""Plain nn.Parameter objects and functional calls."""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(20, 1, 5, 5) / 5)
        self.b1 = nn.Parameter(torch.zeros(20))
        self.w2 = nn.Parameter(torch.randn(24, 20 * 16) / 320**0.5)
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x):
        h = F.conv2d(x, self.w1, self.b1, stride=2)
        h = F.avg_pool2d(F.softplus(h), 3)
        return self.scale * F.linear(h.flatten(1), self.w2)
