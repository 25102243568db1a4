"""Generators, factories, default devices, legacy constructors."""

# %% cpu_generator_on_the_device | refuses: device type for generator | ATen/core/Generator.h: check_generator
torch.randperm(12, generator=torch.Generator().manual_seed(0), device=device)

# %% cpu_generator_for_normal_on_the_device | refuses: device type for generator | ATen/core/Generator.h: check_generator
torch.empty(3, device=device).normal_(generator=torch.Generator().manual_seed(0))

# %% device_generator_on_the_cpu | refuses: device type for generator | ATen/core/Generator.h: check_generator
torch.randperm(12, generator=torch.Generator(device=device))

# %% device_generator_on_the_device | accepts | docs: torch.Generator, device
g = torch.Generator(device=device).manual_seed(3)
show(torch.randperm(12, generator=g, device=device).sum().item(), torch.rand(3, generator=g, device=device).numel(), g.device.type == device.type)

# %% cpu_generator_then_moved | accepts | docs: torch.Generator
g = torch.Generator().manual_seed(0)
show(torch.randperm(12, generator=g).to(device)[:3].float().sum().item())

# %% dataloader_shuffle_under_a_default_device | refuses: device type for generator | pull request pyro-ppl/pyro#3264 (the same traceback)
from torch.utils.data import DataLoader, TensorDataset
torch.set_default_device(device)
try:
    for x, y in DataLoader(TensorDataset(X, Y), batch_size=4, shuffle=True):
        pass
finally:
    torch.set_default_device(None)

# %% dataloader_with_a_device_generator_and_default_device | accepts | pull request pyro-ppl/pyro#3264 (its fix)
from torch.utils.data import DataLoader, TensorDataset
torch.set_default_device(device)
try:
    total = sum(x.sum().item() for x, y in DataLoader(TensorDataset(X, Y), batch_size=4, shuffle=True, generator=torch.Generator(device=device)))
finally:
    torch.set_default_device(None)
show(total)

# %% manual_seed_and_rng_state | accepts | docs: torch.cuda.manual_seed_all, torch.random.fork_rng
torch.manual_seed(0)
torch.cuda.manual_seed(0)
torch.cuda.manual_seed_all(0)
with torch.random.fork_rng():
    torch.rand(3, device=device)
show(1)

# %% same_seed_same_numbers | accepts | docs: torch.Generator.manual_seed
a = torch.rand(5, generator=torch.Generator(device).manual_seed(1), device=device)
b = torch.rand(5, generator=torch.Generator(device).manual_seed(1), device=device)
show(torch.equal(a, b))

# %% factories_with_device | accepts | docs: torch.zeros, device
parts = [torch.zeros(2, device=device), torch.ones(2, device=device), torch.full((2,), 3.0, device=device), torch.arange(2.0, device=device), torch.linspace(0, 1, 2, device=device), torch.eye(2, device=device)[0], torch.empty(2, device=device).fill_(1.0), torch.tensor([1.0, 2.0], device=device)]
show(sum(p.sum().item() for p in parts), all(p.device.type == device.type for p in parts))

# %% factories_with_a_string | accepts on cuda | docs: torch.device ("cuda" is the current CUDA device)
show(torch.ones(2, device="cuda:0").sum().item(), torch.zeros(2, device="cuda").is_cuda, torch.tensor(1.0, device="cuda").item())

# %% second_gpu | refuses: invalid device ordinal | CUDA runtime: cudaErrorInvalidDevice; docs: torch.cuda.device_count
torch.zeros(2, device=f"{device.type}:{torch.cuda.device_count()}")

# %% random_factories | accepts | docs: torch.rand, torch.randn, torch.randint, device
r = torch.rand(50, device=device)
n = torch.randn(50, device=device)
i = torch.randint(0, 5, (50,), device=device)
show(0 <= r.min().item() and r.max().item() < 1, n.numel(), 0 <= i.min().item() and i.max().item() < 5)

# %% in_place_random | accepts | docs: torch.Tensor.uniform_, torch.nn.init
w = torch.empty(4, 4, device=device)
nn.init.xavier_uniform_(w)
nn.init.kaiming_normal_(w)
w.uniform_(-1, 1).clamp_(-1, 1)
show(w.abs().max().item() <= 1)

# %% multinomial_and_bernoulli | accepts | docs: torch.multinomial, torch.bernoulli
p = torch.full((3,), 1 / 3, device=device)
show(torch.multinomial(p, 2).unique().numel(), torch.bernoulli(torch.ones(4, device=device)).sum().item())

# %% multinomial_with_a_cpu_generator | refuses: device type for generator | ATen/core/Generator.h: check_generator
torch.multinomial(torch.full((3,), 1 / 3, device=device), 2, generator=torch.Generator())

# %% default_device | accepts | docs: torch.set_default_device
torch.set_default_device(device)
try:
    net, x = Net(), torch.linspace(-1, 1, 16).view(4, 4)
    show(x.device.type == device.type, next(net.parameters()).device.type == device.type, torch.isfinite(net(x)).all().item())
finally:
    torch.set_default_device(None)

# %% device_as_a_context | accepts | docs: torch.device ("can also be used as a context manager")
with torch.device(device):
    w = torch.ones(3)
    layer = nn.Linear(3, 1)
    nn.init.constant_(layer.weight, 0.5)
    nn.init.zeros_(layer.bias)
show(layer(w).item(), w.device.type == device.type)

# %% default_device_and_a_cpu_tensor | refuses: at least two devices | docs: torch.set_default_device
torch.set_default_device(device)
try:
    torch.ones(12, 4) * X
finally:
    torch.set_default_device(None)

# %% legacy_cuda_tensor_types | accepts on cuda | docs: torch.Tensor, "Data types" (torch.cuda.FloatTensor)
t = torch.cuda.FloatTensor([1.0, 2.0])
show(t.sum().item(), isinstance(t, torch.cuda.FloatTensor), torch.cuda.LongTensor(3).fill_(2).sum().item())

# %% legacy_cpu_type_on_the_device | refuses: different from other tensors | docs: torch.Tensor, "Data types" (torch.FloatTensor is a CPU type); native_functions.yaml: addmv (device check)
X.to(device) @ torch.FloatTensor(4).fill_(1.0)

# %% legacy_new | accepts | docs: torch.Tensor.new_tensor; torch.Tensor.new keeps the device
x = X.to(device)
show(x.new(2, 3).zero_().sum().item(), x.new([1.0, 2.0]).sum().item(), x.new(2).device.type == device.type)

# %% type_conversions | accepts | docs: torch.Tensor.type, torch.Tensor.double
x = X.to(device)
show(x.double().sum().item(), x.long().sum().item(), x.half().float().sum().item(), x.type(torch.float64).sum().item(), (x > 0).float().sum().item())

# %% type_of_cuda_by_name | accepts on cuda | docs: torch.Tensor.type
show(X.type("torch.cuda.DoubleTensor").sum().item(), X.type(torch.cuda.FloatTensor).is_cuda)

# %% meshgrid_cartesian_triu | accepts | docs: torch.meshgrid, torch.triu
a = torch.arange(3, device=device)
i, j = torch.meshgrid(a, a, indexing="ij")
show((i * j).sum().item(), torch.triu(torch.ones(3, 3, device=device)).sum().item(), torch.cartesian_prod(a, a).sum().item(), torch.combinations(a).sum().item())

# %% like_factories | accepts | docs: torch.zeros_like, torch.rand_like, torch.full_like
x = X.to(device)
show(torch.zeros_like(x).sum().item(), torch.ones_like(x).sum().item(), torch.full_like(x, 2.0).sum().item(), torch.rand_like(x).numel(), torch.empty_like(x).numel())

# %% like_factory_onto_the_cpu | accepts | docs: torch.zeros_like, device
show((X + torch.zeros_like(X.to(device), device="cpu")).sum().item())

# %% random_split_and_sampler | accepts | docs: torch.utils.data.random_split
from torch.utils.data import DataLoader, RandomSampler, TensorDataset, random_split
a, b = random_split(TensorDataset(X, Y), [8, 4], generator=torch.Generator().manual_seed(0))
show(sum(x.to(device).sum().item() for x, _ in DataLoader(a, batch_size=4)), len(b))

# %% dropout_draws | accepts | docs: torch.nn.Dropout
x = nn.Dropout(0.5)(torch.ones(1000, device=device))
show(0.3 < (x == 0).float().mean().item() < 0.7)
