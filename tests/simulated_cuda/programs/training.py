"""Device-agnostic training, in the styles that people write."""

# %% prototypical_step | accepts | docs: notes/cuda.rst, "Device-agnostic code"
net = Net().to(device)
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
for _ in range(3):
    z = net(X.to(device))
    y = Y.to(device)
    prototypes = torch.stack([z[y == c].mean(0) for c in range(3)])
    loss = F.cross_entropy(-torch.cdist(z, prototypes) ** 2, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    show(loss.item())

# %% module_moved_by_cuda | accepts on cuda | docs: torch.nn.Module.cuda
net = Net().cuda()
show(net(X.cuda()).sum().item(), next(net.parameters()).is_cuda)

# %% cuda_if_available | accepts | docs: notes/cuda.rst, "Device-agnostic code"
net = Net()
x = X
if torch.cuda.is_available():
    net, x = net.cuda(), x.cuda()
show(net(x).sum().item())

# %% accelerator_api | accepts | docs: torch.accelerator.current_accelerator
place = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else torch.device("cpu")
show(Net().to(place)(X.to(place)).sum().item())

# %% optimizer_before_to | accepts | docs: torch.nn.Module.to ("This method modifies the module in-place")
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
net.to(device)
for _ in range(3):
    loss = F.cross_entropy(net(X.to(device)), Y.to(device))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    show(loss.item())

# %% optimizer_after_to | accepts | docs: torch.optim, "Constructing it"
net = Net().to(device)
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
loss = F.cross_entropy(net(X.to(device)), Y.to(device))
loss.backward()
optimizer.step()
show(net(X.to(device)).sum().item())

# %% adam_foreach | accepts | docs: torch.optim.Adam, foreach
train(torch.optim.Adam, foreach=True)

# %% adam_for_loop | accepts | docs: torch.optim.Adam, foreach
train(torch.optim.Adam, foreach=False)

# %% adam_fused | accepts | docs: torch.optim.Adam, fused
train(torch.optim.Adam, fused=True)

# %% adamw_amsgrad | accepts | docs: torch.optim.AdamW
train(torch.optim.AdamW, amsgrad=True)

# %% sgd_nesterov_weight_decay | accepts | docs: torch.optim.SGD
train(torch.optim.SGD, lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3)

# %% sgd_fused | accepts | docs: torch.optim.SGD, fused
train(torch.optim.SGD, lr=0.1, fused=True)

# %% rmsprop | accepts | docs: torch.optim.RMSprop
train(torch.optim.RMSprop, lr=1e-3)

# %% adagrad | accepts | docs: torch.optim.Adagrad
train(torch.optim.Adagrad, lr=1e-2)

# %% adadelta_adamax_nadam_radam | accepts | docs: torch.optim, "Algorithms"
for kind in (torch.optim.Adadelta, torch.optim.Adamax, torch.optim.NAdam, torch.optim.RAdam):
    train(kind, lr=1e-2)

# %% lbfgs_closure | accepts | docs: torch.optim.LBFGS
net = Net().to(device)
optimizer = torch.optim.LBFGS(net.parameters(), lr=0.1, max_iter=3)
x, y = X.to(device), Y.to(device)
def closure():
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    return loss
show(optimizer.step(closure).item())

# %% learning_rate_scheduler | accepts | docs: torch.optim, "How to adjust learning rate"
net = Net().to(device)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 4)
for _ in range(3):
    F.cross_entropy(net(X.to(device)), Y.to(device)).backward()
    optimizer.step()
    scheduler.step()
show(optimizer.param_groups[0]["lr"], net(X.to(device)).sum().item())

# %% gradient_norm_clipped | accepts | docs: torch.nn.utils.clip_grad_norm_
net = Net().to(device)
F.cross_entropy(net(X.to(device)), Y.to(device)).backward()
show(float(nn.utils.clip_grad_norm_(net.parameters(), 0.1)))
nn.utils.clip_grad_value_(net.parameters(), 0.01)
show(max(p.grad.abs().max().item() for p in net.parameters()))

# %% gradient_norm_clipped_foreach | accepts | docs: torch.nn.utils.clip_grad_norm_, foreach
net = Net().to(device)
F.cross_entropy(net(X.to(device)), Y.to(device)).backward()
show(float(nn.utils.clip_grad_norm_(net.parameters(), 0.1, foreach=True)))

# %% convolution_batch_norm_dropout | accepts | docs: torch.nn.Conv2d, torch.nn.BatchNorm2d
net = nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.0), nn.Linear(3, 3)).to(device)
loss = F.cross_entropy(net(X.view(12, 1, 2, 2).to(device)), Y.to(device), label_smoothing=0.1)
loss.backward()
show(loss.item(), net[1].running_mean.sum().item(), net[0].weight.grad.abs().sum().item())
net.eval()
with torch.no_grad():
    show((net(X.view(12, 1, 2, 2).to(device)).argmax(1) == Y.to(device)).float().mean().item())

# %% inference_mode | accepts | docs: torch.inference_mode
net = Net().to(device).eval()
with torch.inference_mode():
    show(net(X.to(device)).softmax(1).max().item())

# %% update_by_hand | accepts | docs: torch.no_grad
net = Net().to(device)
for _ in range(2):
    loss = F.cross_entropy(net(X.to(device)), Y.to(device))
    gradients = torch.autograd.grad(loss, list(net.parameters()))
    with torch.no_grad():
        for p, g in zip(net.parameters(), gradients):
            p -= 0.1 * g
    show(loss.item())

# %% accumulated_device_losses | accepts | ATen/TensorIterator.cpp: compute_types (all on one device)
net = Net().to(device)
total = 0
for _ in range(3):
    total = total + F.cross_entropy(net(X.to(device)), Y.to(device)).detach()
show(float(total), total.item() / 3)

# %% history_of_tensors | accepts | docs: torch.stack
net = Net().to(device)
history = [F.cross_entropy(net(X.to(device)), Y.to(device)).detach() for _ in range(3)]
show(torch.stack(history).mean().item(), float(torch.tensor(history).sum()), float(np.mean([h.item() for h in history])))

# %% compiled_model | accepts | docs: torch.compile
show(torch.compile(Net().to(device), backend="eager")(X.to(device)).sum().item())

# %% tied_weights | accepts | docs: torch.nn.Module.to
class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)
        self.b.weight = self.a.weight
    def forward(self, x):
        return self.b(F.relu(self.a(x)))
net = Tied().to(device)
assert net.a.weight is net.b.weight and len(list(net.parameters())) == 3
net(X.to(device)).sum().backward()
show(net.a.weight.grad.norm().item())

# %% frozen_backbone | accepts | docs: torch.Tensor.requires_grad_
net = Net().to(device)
for p in net.body.parameters():
    p.requires_grad_(False)
F.cross_entropy(net(X.to(device)), Y.to(device)).backward()
show(sum(p.grad is None for p in net.parameters()), net.head.weight.grad.norm().item())

# %% gradient_accumulation | accepts | docs: torch.Tensor.backward
net = Net().to(device)
for part in X.split(4):
    (net(part.to(device)).sum() / 3).backward()
show(net.head.weight.grad.norm().item())

# %% parameter_list_and_dict | accepts | docs: torch.nn.ParameterList, torch.nn.ParameterDict
class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = nn.ParameterList([nn.Parameter(torch.ones(4)), nn.Parameter(torch.zeros(4))])
        self.named = nn.ParameterDict({"t": nn.Parameter(torch.tensor(2.0))})
    def forward(self, x):
        return self.named["t"] * (x * self.weights[0] + self.weights[1])
show(Scaled().to(device)(X.to(device)).sum().item())

# %% registered_buffer | accepts | docs: torch.nn.Module.register_buffer
class Buffered(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("scale", torch.full((4,), 0.5))
        self.register_buffer("steps", torch.tensor(0))
    def forward(self, x):
        self.steps += 1
        return x * self.scale
net = Buffered().to(device)
show(net(X.to(device)).sum().item(), int(net.steps), net.scale.is_cuda == (device.type == "cuda"))

# %% data_parallel | accepts | docs: torch.nn.DataParallel
net = nn.DataParallel(Net()).to(device)
show(net(X.to(device)).sum().item())

# %% weight_norm_parametrization | accepts | docs: torch.nn.utils.parametrizations.weight_norm
net = nn.utils.parametrizations.weight_norm(nn.Linear(4, 3)).to(device)
net(X.to(device)).sum().backward()
show(net(X.to(device)).sum().item())

# %% ema_of_parameters | accepts | docs: torch.Tensor.lerp_
student, teacher = Net().to(device), Net().to(device)
with torch.no_grad():
    for t, s in zip(teacher.parameters(), student.parameters()):
        t.lerp_(s, 0.1)
    for t, s in zip(teacher.buffers(), student.buffers()):
        t.copy_(s)
show(teacher(X.to(device)).sum().item())

# %% averaged_model | accepts | docs: torch.optim.swa_utils.AveragedModel
net = Net().to(device)
average = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
average.update_parameters(net)
with torch.no_grad():
    net.head.weight.add_(1.0)
average.update_parameters(net)
show(average(X.to(device)).sum().item())

# %% hooks_registered_before_the_move | accepts | docs: torch.Tensor.register_hook, register_post_accumulate_grad_hook; torch.nn.Module.to (in place)
net, seen = nn.Linear(4, 3), []
net.weight.register_hook(lambda g: g * 2)
net.bias.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.sum().item()))
net.to(device)
net(X.to(device)).sum().backward()
show(net.weight.grad.sum().item(), len(seen), seen[0])
