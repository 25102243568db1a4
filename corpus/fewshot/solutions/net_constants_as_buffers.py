"""Constants as buffers, a grid made on the images' own device, new_tensor and type_as in the forward pass."""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("contrast", torch.full((1, 1, 28, 28), 2.0))
        self.blocks = nn.Sequential(
            nn.Conv2d(2, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(4),
            nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(4),
        )

    def forward(self, images):
        rows = torch.linspace(-1, 1, 28, device=images.device).view(1, 1, 28, 1).expand(len(images), 1, 28, 28)
        x = self.contrast * images * images.new_tensor(1.0) + torch.zeros(1).type_as(images)
        return self.blocks(torch.cat([x, rows], dim=1)).flatten(1)
