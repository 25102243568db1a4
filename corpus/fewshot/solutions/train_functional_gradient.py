"""torch.func: the loss as a function of parameters and buffers, and SGD by hand."""


# %% train
def train(net, images, labels, *, n_way, k_shot, n_query, n_episodes, lr, device, generator):
    net.to(device).train()

    def loss_of(parameters, buffers, support_x, support_y, query_x, query_y):
        buffers = {name: value.clone() for name, value in buffers.items()}

        def embed(x):
            return torch.func.functional_call(net, (parameters, buffers), (x,))

        return episode_loss(embed, support_x, support_y, query_x, query_y)[0], buffers

    gradient_of = torch.func.grad_and_value(loss_of, has_aux=True)
    losses = []
    for _ in range(n_episodes):
        s, q = sample_episode(labels, n_way, k_shot, n_query, generator)
        episode = [t.to(device) for t in (images[s], labels[s], images[q], labels[q])]
        parameters = {name: value.detach() for name, value in net.named_parameters()}
        gradients, (loss, buffers) = gradient_of(parameters, dict(net.named_buffers()), *episode)
        with torch.no_grad():
            for name, value in parameters.items():
                value.sub_(lr * gradients[name])
            for name, value in net.named_buffers():
                value.copy_(buffers[name])
        losses.append(loss.item())
    return losses
