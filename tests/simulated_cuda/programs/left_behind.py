"""What is forgotten on the CPU: labels, networks, buffers, literals."""

# %% labels_in_cross_entropy | refuses: different from other tensors | native_functions.yaml: nll_loss_forward (CUDA kernel, device check)
F.cross_entropy(Net().to(device)(X.to(device)), Y)

# %% labels_in_nll_loss | refuses: different from other tensors | native_functions.yaml: nll_loss_forward (CUDA kernel, device check)
F.nll_loss(Net().to(device)(X.to(device)).log_softmax(1), Y)

# %% labels_in_bce_with_logits | refuses: at least two devices | native_functions.yaml: binary_cross_entropy_with_logits has no kernel of its own; ATen/TensorIterator.cpp: compute_types
F.binary_cross_entropy_with_logits(Net().to(device)(X.to(device)), torch.zeros(12, 3))

# %% labels_in_mse_loss | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types
F.mse_loss(Net().to(device)(X.to(device)), torch.zeros(12, 3))

# %% labels_in_l1_loss | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types
F.l1_loss(Net().to(device)(X.to(device)), torch.zeros(12, 3))

# %% labels_in_kl_div | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types
F.kl_div(Net().to(device)(X.to(device)).log_softmax(1), torch.full((12, 3), 1 / 3), reduction="batchmean")

# %% labels_in_multi_margin_loss | refuses: different from other tensors | native_functions.yaml: multi_margin_loss (CUDA kernel, device check)
F.multi_margin_loss(Net().to(device)(X.to(device)), Y)

# %% soft_labels | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types
F.cross_entropy(Net().to(device)(X.to(device)), F.one_hot(Y, 3).float())

# %% class_weights_of_the_loss | refuses: different from other tensors | native_functions.yaml: nll_loss_forward (weight is an argument of the device check)
nn.CrossEntropyLoss(weight=torch.ones(3))(Net().to(device)(X.to(device)), Y.to(device))

# %% class_weights_moved_with_the_loss | accepts | docs: torch.nn.CrossEntropyLoss (weight is a buffer); torch.nn.Module.to
show(nn.CrossEntropyLoss(weight=torch.ones(3)).to(device)(Net().to(device)(X.to(device)), Y.to(device)).item())

# %% network_not_moved | refuses: different from other tensors | native_functions.yaml: addmm (CUDA kernel, device check)
Net()(X.to(device))

# %% input_not_moved | refuses: different from other tensors | native_functions.yaml: addmm (CUDA kernel, device check)
Net().to(device)(X)

# %% convolution_input_not_moved | refuses: Input type \(torch\.FloatTensor\) and weight type \(torch\.cuda\.FloatTensor\) should be the same | native/Convolution.cpp: check_input_same_type_as_parameters
nn.Conv2d(1, 2, 1).to(device)(X.view(12, 1, 2, 2))

# %% convolution_not_moved | refuses: Input type \(torch\.cuda\.FloatTensor\) and weight type \(torch\.FloatTensor\) should be the same | native/Convolution.cpp: check_input_same_type_as_parameters
nn.Conv2d(1, 2, 1)(X.to(device).view(12, 1, 2, 2))

# %% convolution_without_bias_not_moved | refuses: and weight type \(torch\.FloatTensor\) should be the same | native/Convolution.cpp: check_input_same_type_as_parameters
with torch.no_grad():
    nn.Conv1d(2, 2, 1, bias=False)(X.to(device).view(12, 2, 2))

# %% convolution_bias_left_behind | refuses: and bias type \(torch\.FloatTensor\) should be the same | native/Convolution.cpp: check_input_same_type_as_parameters
F.conv2d(X.to(device).view(12, 1, 2, 2), torch.ones(1, 1, 1, 1, device=device), torch.zeros(1))

# %% to_without_assignment | refuses: different from other tensors | docs: torch.Tensor.to ("returns a copy")
x = X
x.to(device)
Net().to(device)(x)

# %% targets_from_arange | refuses: different from other tensors | docs: torch.arange, device ("the current device for the default tensor type")
z = Net().to(device)(X.to(device))
targets = torch.arange(3).repeat_interleave(4)
F.cross_entropy(z, targets)

# %% targets_from_arange_with_device | accepts | docs: torch.arange, device
z = Net().to(device)(X.to(device))
show(F.cross_entropy(z, torch.arange(3, device=z.device).repeat_interleave(4)).item())

# %% prototypes_in_a_cpu_table | refuses: different from other tensors | native_functions.yaml: _euclidean_dist, _cdist_forward (device check); docs: Tensor.__setitem__ copies
z = Net().to(device)(X.to(device))
prototypes = torch.zeros(3, 3)
for c in range(3):
    prototypes[c] = z[Y == c].mean(0)
torch.cdist(z, prototypes)

# %% plain_attribute_in_place_of_a_buffer | refuses: at least two devices | docs: torch.nn.Module.register_buffer
class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.scale = Net(), torch.ones(3)
    def forward(self, x):
        return self.inner(x) * self.scale
Scaled().to(device)(X.to(device))

# %% layers_in_a_python_list | refuses: different from other tensors | docs: torch.nn.ModuleList ("modules it contains are properly registered")
class Listed(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(4, 4), nn.Linear(4, 3)]
        self.last = nn.Linear(3, 3)
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.last(x)
Listed().to(device)(X.to(device))

# %% layers_in_a_module_list | accepts | docs: torch.nn.ModuleList
class Listed(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 3)])
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
show(Listed().to(device)(X.to(device)).sum().item())

# %% layer_made_in_forward | refuses: different from other tensors | docs: torch.nn.Module.to (moves what is registered)
class Late(nn.Module):
    def forward(self, x):
        return nn.Linear(4, 3)(x)
Late().to(device)(X.to(device))

# %% literal_cpu | refuses: at least two devices | docs: torch.ones, device
z = Net().to(device)(X.to(device))
z * torch.ones(12, 1, device="cpu")

# %% zeros_mask_without_device | refuses: at least two devices | docs: torch.zeros, device
z = Net().to(device)(X.to(device))
z + torch.zeros(3)

# %% zeros_like_instead | accepts | docs: torch.zeros_like ("the device of input")
z = Net().to(device)(X.to(device))
show((z + torch.zeros_like(z)).sum().item())

# %% new_zeros_instead | accepts | docs: torch.Tensor.new_zeros ("same torch.device as this tensor")
z = Net().to(device)(X.to(device))
show((z + z.new_zeros(3) + z.new_tensor([1.0, 2.0, 3.0]) + z.new_full((3,), 1.0) + z.new_ones(3)).sum().item())

# %% type_as_instead | accepts | docs: torch.Tensor.type_as
z = Net().to(device)(X.to(device))
show((z + torch.ones(3).type_as(z)).sum().item())

# %% to_another_tensor | accepts | docs: torch.Tensor.to(other)
z = Net().to(device)(X.to(device))
show((z + torch.ones(3).to(z)).sum().item())

# %% eye_of_labels | refuses: indices should be either on | issue Harry24k/CW-pytorch#3 (the same line)
torch.eye(3)[Y.to(device)]

# %% one_hot_of_cpu_labels | refuses: different from other tensors | native_functions.yaml: mm (CUDA kernel, device check)
z = Net().to(device)(X.to(device))
F.one_hot(Y, 3).float().T @ z

# %% one_hot_on_the_device | accepts | docs: torch.nn.functional.one_hot
z = Net().to(device)(X.to(device))
show((F.one_hot(Y.to(device), 3).float().T @ z).sum().item())

# %% triplet_with_a_cpu_anchor | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types
z = Net().to(device)(X.to(device))
F.triplet_margin_loss(torch.zeros(4, 3), z[:4], z[4:8])

# %% noise_added_on_the_cpu | refuses: at least two devices | docs: torch.randn, device
z = X.to(device)
z + 0.1 * torch.randn(12, 4)

# %% noise_like | accepts | docs: torch.randn_like
z = X.to(device)
show(torch.isfinite(z + 0.1 * torch.randn_like(z)).all().item())

# %% positional_encoding_as_attribute | refuses: at least two devices | docs: torch.nn.Module.register_buffer
class Encoded(nn.Module):
    def __init__(self):
        super().__init__()
        self.positions = torch.linspace(0, 1, 4)
    def forward(self, x):
        return x + self.positions
Encoded().to(device)(X.to(device))

# %% distribution_with_cpu_parameters | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types
torch.distributions.Normal(torch.zeros(4), torch.ones(4)).log_prob(X.to(device))

# %% distribution_on_the_device | accepts | docs: torch.distributions
d = torch.distributions.Normal(torch.zeros(4, device=device), torch.ones(4, device=device))
show(d.log_prob(X.to(device)).sum().item())

# %% hidden_state_of_an_lstm | refuses: same device | native/RNN.cpp: "Input and hidden tensors are not at the same device"
nn.LSTM(4, 3, batch_first=True).to(device)(X[:, None].to(device), (torch.zeros(1, 12, 3), torch.zeros(1, 12, 3)))

# %% hidden_state_with_device | accepts | docs: notes/cuda.rst, "Device-agnostic code"
x = X[:, None].to(device)
out, _ = nn.LSTM(4, 3, batch_first=True).to(device)(x, (torch.zeros(1, 12, 3, device=x.device), torch.zeros(1, 12, 3, device=x.device)))
show(out.sum().item())

# %% attention_mask | refuses: same device|at least two devices | ATen/TensorIterator.cpp: compute_types
q = X.view(1, 12, 4).to(device)
F.scaled_dot_product_attention(q, q, q, attn_mask=torch.zeros(12, 12))

# %% embedding_of_cpu_ids | refuses: different from other tensors | native_functions.yaml: index_select (CUDA kernel, device check)
nn.Embedding(3, 4).to(device)(Y)

# %% batch_of_a_dataloader | refuses: different from other tensors | docs: torch.utils.data.DataLoader (tensors come as the data set has them)
from torch.utils.data import DataLoader, TensorDataset
net = Net().to(device)
for x, y in DataLoader(TensorDataset(X, Y), batch_size=6):
    F.cross_entropy(net(x), y)

# %% parameter_made_by_to | refuses: non-leaf|empty parameter list | torch/optim/optimizer.py: add_param_group ("can't optimize a non-leaf Tensor")
weight = nn.Parameter(torch.zeros(4, 3)).to(device)
torch.optim.SGD([weight], lr=0.1)

# %% parameter_made_on_the_device | accepts | docs: torch.nn.Parameter
weight = nn.Parameter(torch.zeros(4, 3, device=device))
optimizer = torch.optim.SGD([weight], lr=0.1)
F.cross_entropy(X.to(device) @ weight, Y.to(device)).backward()
optimizer.step()
show(weight.abs().sum().item())

# %% gradient_set_by_hand | refuses: device | torch/csrc/autograd/python_variable.cpp: "attempting to assign a gradient with device type"
p = nn.Parameter(torch.ones(4, device=device))
p.grad = torch.zeros(4)

# %% fast_weights_on_the_cpu | refuses: different from other tensors | native_functions.yaml: addmm (CUDA kernel, device check)
net = nn.Linear(4, 3).to(device)
fast = {name: torch.zeros_like(p, device="cpu") for name, p in net.named_parameters()}
torch.func.functional_call(net, fast, (X.to(device),))
