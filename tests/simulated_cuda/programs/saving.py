"""state_dict, torch.save and torch.load with map_location, deepcopy."""

# %% state_dict_saved_and_loaded | accepts | docs: torch.save, torch.load, map_location
net = Net().to(device)
file = io.BytesIO()
torch.save(net.state_dict(), file)
file.seek(0)
other = Net().to(device)
other.load_state_dict(torch.load(file, map_location=device))
show((net(X.to(device)) - other(X.to(device))).abs().max().item())

# %% loaded_where_it_was_saved | accepts | docs: torch.load ("they will first be deserialized on the CPU and are then moved to the device they were saved from")
file = io.BytesIO()
torch.save({"x": X.to(device), "epoch": 3}, file)
file.seek(0)
found = torch.load(file)
show(found["x"].sum().item(), found["x"].device.type == device.type, found["epoch"])

# %% loaded_onto_the_cpu | accepts | docs: torch.load, map_location
file = io.BytesIO()
torch.save(Net().to(device).state_dict(), file)
file.seek(0)
state = torch.load(file, map_location="cpu")
show(all(v.device.type == "cpu" for v in state.values()), state["head.weight"].numpy().sum())

# %% loaded_onto_the_cpu_and_used_on_the_device | refuses: different from other tensors | docs: torch.load, map_location; native_functions.yaml: addmm (device check)
file = io.BytesIO()
torch.save(X.to(device), file)
file.seek(0)
Net().to(device)(torch.load(file, map_location="cpu"))

# %% map_location_as_a_function | accepts | docs: torch.load ("lambda storage, loc: storage")
file = io.BytesIO()
torch.save(X.to(device), file)
file.seek(0)
show(torch.load(file, map_location=lambda storage, location: storage).device.type == "cpu")

# %% map_location_as_a_dictionary | accepts | docs: torch.load, map_location
file = io.BytesIO()
torch.save(X.to(device), file)
file.seek(0)
show(torch.load(file, map_location={"cuda:0": "cpu"}).device.type == "cpu")

# %% map_location_onto_cuda_by_function | accepts on cuda | docs: torch.load ("lambda storage, loc: storage.cuda(1)")
file = io.BytesIO()
torch.save(X, file)
file.seek(0)
show(torch.load(file, map_location=lambda storage, location: storage.cuda(0)).is_cuda)

# %% cpu_file_loaded_onto_the_device | accepts | docs: torch.load, map_location
file = io.BytesIO()
torch.save({"a": X, "b": [Y, 1]}, file)
file.seek(0)
found = torch.load(file, map_location=device)
show(found["a"].device.type == device.type, found["b"][0].device.type == device.type)

# %% whole_module_saved | accepts | docs: torch.save; torch.load, weights_only
net = nn.Sequential(nn.Linear(4, 3), nn.ReLU()).to(device)
file = io.BytesIO()
torch.save(net, file)
file.seek(0)
show(torch.load(file, weights_only=False)(X.to(device)).sum().item())

# %% tied_tensors_stay_tied | accepts | docs: notes/serialization.rst ("Saving and loading tensors preserves views")
x = X.to(device)
file = io.BytesIO()
torch.save([x, x[0]], file)
file.seek(0)
whole, row = torch.load(file)
row.zero_()
show(whole[0].abs().sum().item())

# %% deepcopy_of_a_module | accepts | docs: torch.nn.Module
net = Net().to(device)
twin = copy.deepcopy(net)
with torch.no_grad():
    twin.head.weight.zero_()
show(net.head.weight.abs().sum().item(), twin.head.weight.abs().sum().item(), next(twin.parameters()).device.type == device.type)

# %% best_state_kept | accepts | docs: torch.nn.Module.state_dict
net = Net().to(device)
best = {name: value.detach().clone() for name, value in net.state_dict().items()}
with torch.no_grad():
    net.head.weight.add_(1)
net.load_state_dict(best)
show(net.head.weight.sum().item())

# %% state_of_a_cpu_module_into_a_device_module | accepts | docs: torch.nn.Module.load_state_dict (copies)
a, b = Net(), Net().to(device)
b.load_state_dict(a.state_dict())
show(b(X.to(device)).sum().item())

# %% device_state_into_a_cpu_module | accepts | docs: torch.nn.Module.load_state_dict (copies)
a, b = Net().to(device), Net()
b.load_state_dict(a.state_dict())
show(b(X).sum().item())

# %% assigned_state_keeps_its_device | refuses: different from other tensors | docs: torch.nn.Module.load_state_dict, assign
net = Net().to(device)
net.load_state_dict(Net().state_dict(), assign=True)
net(X.to(device))

# %% optimizer_state | accepts | docs: torch.optim.Optimizer.load_state_dict
net = Net().to(device)
one = torch.optim.Adam(net.parameters())
F.cross_entropy(net(X.to(device)), Y.to(device)).backward()
one.step()
file = io.BytesIO()
torch.save(one.state_dict(), file)
file.seek(0)
two = torch.optim.Adam(net.parameters())
two.load_state_dict(torch.load(file))
two.step()
show(net(X.to(device)).sum().item())

# %% module_back_to_the_cpu | accepts | docs: torch.nn.Module.cpu
net = Net().to(device)
net(X.to(device)).sum().backward()
net.cpu()
show(net(X).sum().item(), net.head.weight.grad.device.type == "cpu")

# %% data_attribute_assigned | accepts | docs: torch.Tensor.data
net = Net().to(device)
net.head.weight.data = net.head.weight.data * 2
net.head.weight.data.mul_(0.5)
show(net(X.to(device)).sum().item())

# %% parameter_data_moved_by_hand | accepts | torch/csrc/autograd/variable.cpp: set_data (the device may change)
p = nn.Parameter(torch.ones(4))
before = id(p)
p.data = p.data.to(device)
show(p.sum().item(), id(p) == before, p.device.type == device.type)

# %% pinned_memory | accepts on cuda | docs: torch.Tensor.pin_memory
x = X.pin_memory()
show(x.is_pinned(), x.to(device, non_blocking=True).sum().item(), X.is_pinned())

# %% pinning_a_device_tensor | refuses: cannot pin|only CPU memory can be pinned | docs: torch.Tensor.pin_memory; native/Memory.cpp: "only dense CPU tensors can be pinned"
X.to(device).pin_memory()

# %% dataloader_with_pinned_memory | accepts | docs: torch.utils.data.DataLoader, pin_memory
from torch.utils.data import DataLoader, TensorDataset
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    loader = DataLoader(TensorDataset(X, Y), batch_size=5, pin_memory=True)
    show(sum(x.to(device, non_blocking=True).sum().item() for x, _ in loader))

# %% dataset_on_the_device | accepts | docs: torch.utils.data.TensorDataset
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(X.to(device), Y.to(device)), batch_size=4, shuffle=True)
show(sum(x.sum().item() for x, _ in loader))
