"""Takes Huber's distance, which grows linearly from 1 on.

caught by: class_probabilities/halfway_the_log_odds_are_halfway
named: takes Huber's distance in place of the squared one
"""


# %% class_probabilities
def class_probabilities(queries, prototypes):
    q, c = torch.broadcast_tensors(queries.unsqueeze(1), prototypes)
    return F.softmax(-2 * F.huber_loss(q, c, reduction="none").sum(dim=2), dim=1)
