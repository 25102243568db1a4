"""Batch norm without running statistics: evaluation uses those of the batch.

caught by: embedding_net/images_are_independent_in_evaluation
named: normalises by the statistics of the batch in evaluation mode, too
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for n_in, n_out in ((1, 16), (16, 16), (16, 32)):
            layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out, track_running_stats=False)]
            layers += [nn.ReLU(), nn.MaxPool2d(2)]
        self.layers = nn.Sequential(*layers, nn.Flatten())

    def forward(self, x):
        return self.layers(x)
