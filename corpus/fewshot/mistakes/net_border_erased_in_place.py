"""Blanks the border of the images in place.

caught by: embedding_net/images_stay_unmodified
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 64)
        self.fc2 = nn.Linear(64, 32)

    def forward(self, x):
        x[:, :, :3] = x[:, :, -3:] = 0
        x[..., :3] = x[..., -3:] = 0
        return self.fc2(torch.tanh(self.fc1(x.flatten(1))))
