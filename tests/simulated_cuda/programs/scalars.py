"""Zero-dimensional CPU tensors: element-wise operators take one, everything else takes none."""

# %% times_a_scalar_tensor | accepts | ATen/TensorIterator.cpp: compute_types (one CPU scalar), build_binary_op (allow_cpu_scalars)
show((X.to(device) * torch.tensor(2.0)).sum().item())

# %% plus_minus_divided | accepts | ATen/TensorIterator.cpp: build_binary_op (allow_cpu_scalars)
x = X.to(device)
show(((x + torch.tensor(1.0)) / torch.tensor(3.0) - torch.tensor(0.5)).sum().item())

# %% scalar_on_the_left | accepts | ATen/TensorIterator.cpp: build_binary_op (allow_cpu_scalars)
x = torch.tensor(2.0) - X.to(device)
show(x.sum().item(), x.device.type == device.type)

# %% compared_with_a_scalar_tensor | accepts | ATen/TensorIterator.cpp: set_up_comparison_op_config (allow_cpu_scalars)
show((X.to(device) > torch.tensor(0.0)).sum().item(), (X.to(device) == torch.tensor(0.0)).sum().item())

# %% maximum_with_a_scalar_tensor | accepts | ATen/TensorIterator.cpp: build_binary_op (allow_cpu_scalars)
show(torch.maximum(X.to(device), torch.tensor(0.1)).sum().item(), torch.minimum(X.to(device), torch.tensor(0.1)).sum().item())

# %% power_of_a_scalar_tensor | accepts | ATen/TensorIterator.cpp: build_binary_op (allow_cpu_scalars)
show(X.to(device).pow(torch.tensor(2.0)).sum().item())

# %% where_with_scalar_tensors | accepts | native/TensorCompare.cpp: where_self_out ("allow CPU scalars on non-cpu device")
x = X.to(device)
show(torch.where(x > 0, x, torch.tensor(0.0)).sum().item(), torch.where(x > 0, torch.tensor(1.0), torch.tensor(0.0)).sum().item())

# %% masked_fill_with_a_scalar_tensor | accepts | docs: torch.Tensor.masked_fill_ (value: a float); native_functions.yaml: masked_fill_.Tensor (no device check)
x = X.to(device)
show(x.masked_fill(x > 0, torch.tensor(0.0)).sum().item())

# %% in_place_with_a_scalar_tensor | accepts | ATen/TensorIterator.cpp: compute_types
x = X.to(device).clone()
x += torch.tensor(1.0)
x.mul_(torch.tensor(2.0))
show(x.sum().item())

# %% two_scalar_tensors_make_a_cpu_one | accepts | ATen/TensorIterator.cpp: compute_types (no operand on the device)
x = torch.tensor(2.0) * torch.tensor(3.0)
show((X.to(device) * x).sum().item(), x.device.type == "cpu")

# %% addcmul_with_two_scalars | refuses: too many CPU scalars | ATen/TensorIterator.cpp: compute_types ("Trying to pass too many CPU scalars"); native/PointwiseOps.cpp
torch.addcmul(X.to(device), torch.tensor(1.0), torch.tensor(2.0))

# %% addcmul_with_one_scalar | accepts | native/PointwiseOps.cpp: addcmul (allow_cpu_scalars)
x = X.to(device)
show(torch.addcmul(x, x, torch.tensor(2.0)).sum().item())

# %% lerp_with_a_scalar_tensor | refuses: at least two devices | ATen/TensorIterator.cpp: build_ternary_op (without allow_cpu_scalars)
x = X.to(device)
torch.lerp(x, x + 1, torch.tensor(0.5))

# %% lerp_with_a_number | accepts | docs: torch.lerp (weight: float or tensor)
x = X.to(device)
show(torch.lerp(x, x + 1, 0.5).sum().item())

# %% clamp_with_a_scalar_tensor | refuses: different from other tensors | native_functions.yaml: clamp.Tensor (CUDA kernel, device check)
X.to(device).clamp(min=torch.tensor(0.0))

# %% clamp_with_a_number | accepts | docs: torch.clamp
show(X.to(device).clamp(min=0.0, max=1.0).sum().item())

# %% cpu_accumulator | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types (an output is no scalar)
total = torch.tensor(0.0)
total += X.to(device).sum()

# %% cpu_accumulator_out_of_place | accepts | ATen/TensorIterator.cpp: compute_types
total = torch.tensor(0.0)
for _ in range(2):
    total = total + X.to(device).sum()
show(total.item(), total.device.type == device.type)

# %% device_scalar_times_cpu_vector | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types (only CPU scalars are exempt)
X * X.to(device).sum()

# %% vector_of_one_entry | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types (dim() == 0, not numel() == 1)
X.to(device) * torch.ones(1)

# %% stacked_with_a_scalar | refuses: different from other tensors | native_functions.yaml: cat (CUDA kernel, device check)
torch.stack([X.to(device).mean(), torch.tensor(1.0)])

# %% concatenated_with_the_cpu | refuses: different from other tensors | native_functions.yaml: cat (CUDA kernel, device check)
torch.cat([X.to(device), X])

# %% concatenated_with_an_empty_cpu_tensor | refuses: different from other tensors | native_functions.yaml: cat (the check runs before the kernel)
torch.cat([torch.empty(0, 4), X.to(device)])

# %% target_of_zero_dimensions | refuses: different from other tensors | native_functions.yaml: nll_loss_forward (CUDA kernel, device check)
F.cross_entropy(X.to(device)[0], torch.tensor(2))

# %% dot_with_a_cpu_vector | refuses: different from other tensors | native_functions.yaml: dot (CUDA kernel, device check)
torch.dot(X.to(device)[0], X[0])

# %% scalar_moved_by_item | accepts | docs: torch.Tensor.item
show((X * X.to(device).sum().item()).sum().item())

# %% python_numbers | accepts | docs: notes/cuda.rst
x = X.to(device)
show((2 * x + 1).sum().item(), (x ** 2).mean().item(), (1 / (x + 10)).sum().item(), max(x.sum(), x.mean()).item())

# %% mse_with_a_scalar_target | accepts | ATen/TensorIterator.cpp: build_borrowing_binary_op (allow_cpu_scalars)
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    show(F.mse_loss(X.to(device).sum(), torch.tensor(1.0)).item())

# %% numpy_number_times_a_tensor | accepts | docs: torch.mul (other: a number)
show((X.to(device) * float(np.float64(2.0))).sum().item())

# %% temperature_parameter_moved_with_the_module | accepts | docs: torch.nn.Module.to
class Tempered(nn.Module):
    def __init__(self):
        super().__init__()
        self.t = nn.Parameter(torch.tensor(10.0))
    def forward(self, x):
        return self.t * x
net = Tempered().to(device)
net(X.to(device)).sum().backward()
show(net.t.grad.item())

# %% temperature_parameter_left_on_the_cpu | accepts | ATen/TensorIterator.cpp: compute_types; engine.cpp: validate_outputs (a gradient of zero dimensions is moved)
t = nn.Parameter(torch.tensor(10.0))
(t * X.to(device)).sum().backward()
show(t.grad.item(), t.grad.device.type == "cpu")

# %% out_on_the_cpu | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types (an output is no scalar)
x = X.to(device)
torch.add(x, x, out=torch.empty(12, 4))

# %% equal_across_devices | refuses: same device|different from other tensors | native_functions.yaml: equal (CUDA kernel, device check)
torch.equal(X.to(device), X)

# %% allclose_across_devices | refuses: same device|at least two devices | ATen/TensorIterator.cpp: compute_types
torch.allclose(X.to(device), X)

# %% comparison_across_devices | refuses: at least two devices | ATen/TensorIterator.cpp: compute_types
(X.to(device).argmax(1) == Y).sum()
