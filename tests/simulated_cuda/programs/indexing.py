"""Indices may lie on the CPU; what is written and what is gathered may not."""

# %% cpu_indices_into_a_device_tensor | accepts | the message of the opposite case: "indices should be either on cpu or on the same device" (issue modelscope/modelscope#220)
show(X.to(device)[torch.tensor([0, 3, 5])].sum().item())

# %% cpu_mask_into_a_device_tensor | accepts | issue modelscope/modelscope#220 (the message allows indices on cpu)
show(X.to(device)[Y == 1].sum().item())

# %% list_and_range_indices | accepts | docs: "Tensor indexing API"; torch.Tensor.__getitem__
x = X.to(device)
show(x[[0, 2, 4]].sum().item(), x[range(3)].sum().item(), x[:, [1, 2]].sum().item(), x[-1, ..., None].sum().item())

# %% numpy_indices | accepts | docs: "Tensor indexing API" (an array becomes a CPU tensor)
show(X.to(device)[np.array([1, 2])].sum().item())

# %% device_indices_into_a_device_tensor | accepts | docs: "Tensor indexing API"
show(X.to(device)[torch.tensor([0, 3], device=device)].sum().item())

# %% device_indices_into_a_cpu_tensor | refuses: indices should be either on | issue modelscope/modelscope#220
X[torch.tensor([0, 3]).to(device)]

# %% device_mask_into_a_cpu_tensor | refuses: indices should be either on | issue alibaba/graphlearn-for-pytorch#9 ("a breaking change since pytorch 1.13")
X[X.to(device).sum(1) > 0]

# %% device_scalar_as_python_index | accepts | docs: torch.Tensor.item (a tensor of one integer is an index)
names = ["a", "b", "c"]
show(len(names[X.to(device)[0, :3].argmax()]), sum(range(Y.to(device).max())))

# %% rows_set_to_a_number | accepts | docs: torch.Tensor.index_put_
x = X.to(device).clone()
x[torch.tensor([0, 1])] = 1.0
x[Y == 2] = torch.tensor(0.5)
x[:, 0] = 0
show(x.sum().item())

# %% rows_set_to_cpu_values_by_index | refuses: at least two devices|Index put requires | native/TensorAdvancedIndexing.cpp: index_put_ moves values of zero dimensions alone
x = X.to(device).clone()
x[torch.tensor([0, 1, 2], device=device)] = torch.ones(3, 4)

# %% rows_set_to_cpu_values_by_slice | accepts | docs: notes/cuda.rst ("with the exception of copy_()")
x = X.to(device).clone()
x[:3] = torch.ones(3, 4)
x[5] = torch.ones(4)
show(x.sum().item())

# %% cpu_rows_set_to_device_values_by_slice | accepts | docs: notes/cuda.rst ("with the exception of copy_()")
h = torch.zeros(12, 4)
h[3] = X.to(device)[3]
h[4:6] = X.to(device)[4:6]
show(h.sum().item(), h.device.type == "cpu")

# %% cpu_rows_set_to_device_values_by_mask | refuses: at least two devices|Index put requires | native/TensorAdvancedIndexing.cpp: index_put_
h = torch.zeros(12, 4)
h[Y == 1] = X.to(device)[:4]

# %% copy_between_devices | accepts | docs: notes/cuda.rst ("with the exception of copy_()")
h = torch.zeros(12, 4)
h.copy_(X.to(device))
d = torch.zeros(12, 4, device=device)
d.copy_(h)
show(h.sum().item(), d.sum().item())

# %% index_select_with_cpu_index | refuses: different from other tensors | native_functions.yaml: index_select (CUDA kernel, device check)
X.to(device).index_select(0, torch.tensor([0, 1]))

# %% gather_with_cpu_index | refuses: different from other tensors | native_functions.yaml: gather (CUDA kernel, device check)
X.to(device).gather(1, Y[:, None])

# %% scatter_with_cpu_index | refuses: different from other tensors | native_functions.yaml: scatter_.src (CUDA kernel, device check)
torch.zeros(12, 3, device=device).scatter_(1, Y[:, None], torch.ones(12, 1, device=device))

# %% scatter_of_a_number | accepts | docs: torch.Tensor.scatter_
show(torch.zeros(12, 3, device=device).scatter_(1, Y[:, None].to(device), 1.0).sum().item())

# %% index_add_with_cpu_index | refuses: different from other tensors | native_functions.yaml: index_add_ (CUDA kernel, device check)
torch.zeros(3, 4, device=device).index_add_(0, Y, X.to(device))

# %% index_add_into_a_cpu_table | refuses: different from other tensors | native_functions.yaml: index_add_ (CUDA kernel, device check)
torch.zeros(3, 4).index_add_(0, Y.to(device), X.to(device))

# %% sums_by_class_on_the_device | accepts | docs: torch.Tensor.index_add_, torch.Tensor.scatter_reduce
z, y = X.to(device), Y.to(device)
a = torch.zeros(3, 4, device=z.device).index_add_(0, y, z) / torch.bincount(y, minlength=3)[:, None]
b = torch.zeros(3, 4, device=z.device).scatter_reduce(0, y[:, None].expand_as(z), z, "mean", include_self=False)
show(a.sum().item(), (a - b).abs().max().item() < 1e-5)

# %% take_with_cpu_index | refuses: different from other tensors | native_functions.yaml: take (CUDA kernel, device check)
X.to(device).take(torch.tensor([0, 1]))

# %% masked_select_with_cpu_mask | refuses: different from other tensors | native_functions.yaml: masked_select (CUDA kernel, device check)
X.to(device).masked_select(X > 0)

# %% masked_fill_with_cpu_mask | refuses: same device | native/cuda: masked_fill__cuda ("expected self and mask to be on the same device")
X.to(device).masked_fill(X > 0, 0.0)

# %% index_fill_with_cpu_index | refuses: at least two devices|different from other tensors | ATen/TensorIterator.cpp: compute_types
X.to(device).index_fill(0, torch.tensor([0, 1]), 0.0)

# %% searchsorted_across_devices | refuses: same device|different from other tensors | native_functions.yaml: searchsorted.Tensor (CUDA kernel, device check)
torch.searchsorted(torch.arange(3).to(device), Y)

# %% searchsorted_on_the_device | accepts | docs: torch.searchsorted
show(torch.searchsorted(torch.arange(3, device=device), Y.to(device)).sum().item())

# %% advanced_pair_of_indices | accepts | docs: "Tensor indexing API"
logp = X.to(device).log_softmax(1)
show(-logp[torch.arange(12), Y].mean().item())

# %% index_put_accumulate | accepts | docs: torch.Tensor.index_put_
conf = torch.zeros(3, 3, device=device)
y = Y.to(device)
conf.index_put_((y, y.flip(0)), torch.ones(12, device=device), accumulate=True)
show(conf.sum().item(), conf.trace().item())

# %% unique_nonzero_sort_topk | accepts | docs: torch.unique, torch.nonzero, torch.sort, torch.topk
x, y = X.to(device), Y.to(device)
show(y.unique().numel(), (x > 0).nonzero().sum().item(), x.sort(dim=1).values[:, 0].sum().item(), x.topk(2).values.sum().item())

# %% boolean_of_a_device_tensor | accepts | docs: torch.Tensor.item
x = X.to(device)
total = 0
if x.sum() > -1000:
    total += 1
while (x > 100).any():
    x = x / 2
show(total, bool((x < 1e6).all()))

# %% split_chunk_view_permute | accepts | docs: torch.Tensor.view
x = X.to(device)
parts = x.split(4) + x.chunk(3)
show(sum(p.sum().item() for p in parts), x.view(4, 3, 4).permute(2, 0, 1).reshape(-1).sum().item(), x.t().contiguous().stride(0))

# %% in_place_changes_of_shape | accepts | docs: torch.Tensor.unsqueeze_, torch.Tensor.t_, torch.Tensor.resize_
x = X.to(device).clone()
x.t_()
x.unsqueeze_(0)
assert x.shape == (1, 4, 12)
x.squeeze_(0)
y = x.contiguous().resize_(6, 8)
assert tuple(y.stride()) == (8, 1)
show(y.sum().item())

# %% views_share_memory | accepts | docs: "Tensor Views"
x = X.to(device).clone()
row = x[0]
row.zero_()
show(x[0].abs().sum().item(), x.sum().item())

# %% repeat_interleave_with_cpu_counts | refuses: same device|different from other tensors | native_functions.yaml: index_select (CUDA kernel, device check)
X.to(device).repeat_interleave(torch.full((12,), 2), dim=0)

# %% tensor_split_by_device_indices | refuses: cpu | docs: torch.tensor_split ("must be on the CPU" for a tensor of indices)
torch.tensor_split(X.to(device), torch.tensor([2, 4]).to(device))
