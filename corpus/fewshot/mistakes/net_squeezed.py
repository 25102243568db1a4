"""squeeze() after the pooling, which eats the batch axis of a single image.

caught by: embedding_net/makes_one_vector_per_image
named: squeezes its result, which drops the batch axis of a single image
"""


# %% embedding_net
class EmbeddingNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, stride=2)
        self.conv2 = nn.Conv2d(16, 32, 3, stride=2)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.adaptive_avg_pool2d(self.conv2(x), 1)
        return x.squeeze()
