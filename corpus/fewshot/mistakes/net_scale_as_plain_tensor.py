"""Keeps a constant as a plain tensor, which net.to("cuda") leaves on the CPU.

caught by: embedding_net/moves_to_a_gpu
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.contrast = torch.full((1, 1, 28, 28), 2.0)
        self.blocks = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(4),
            nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(4),
        )

    def forward(self, images):
        return self.blocks(self.contrast * images).flatten(1)
