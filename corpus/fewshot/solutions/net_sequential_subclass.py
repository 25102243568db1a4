"""Sequential subclass without a forward of its own."""

# %% embedding_net
from collections import OrderedDict


class EmbeddingNet(nn.Sequential):
    def __init__(self):
        layers = OrderedDict()
        channels = 1
        for i, width in enumerate((8, 16, 32)):
            layers[f"conv{i}"] = nn.Conv2d(channels, width, kernel_size=3, padding=1)
            layers[f"norm{i}"] = nn.BatchNorm2d(width)
            layers[f"relu{i}"] = nn.LeakyReLU(0.1)
            layers[f"pool{i}"] = nn.MaxPool2d(2)
            channels = width
        layers["flatten"] = nn.Flatten()
        super().__init__(layers)
