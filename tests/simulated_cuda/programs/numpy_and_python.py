"""NumPy reads the host's memory and nothing else."""

# %% numpy_method | refuses: can't convert cuda | torch/csrc/utils/tensor_numpy.cpp: tensor_to_numpy
X.to(device).numpy()

# %% numpy_after_cpu | accepts | docs: torch.Tensor.cpu, torch.Tensor.numpy
show(float(X.to(device).cpu().numpy().sum()), float(X.to(device).to("cpu").numpy().max()))

# %% numpy_force | accepts | docs: torch.Tensor.numpy, force
show(float(X.to(device).numpy(force=True).sum()))

# %% numpy_needs_detach_first | refuses: requires grad | docs: torch.Tensor.numpy ("Can't call numpy() on Tensor that requires grad")
Net().to(device)(X.to(device)).cpu().numpy()

# %% np_array | refuses: can't convert cuda | torch/_tensor.py: __array__ calls numpy()
np.array(X.to(device))

# %% np_asarray | refuses: can't convert cuda | torch/_tensor.py: __array__ calls numpy()
np.asarray(X.to(device))

# %% np_mean_of_device_scalars | refuses: can't convert cuda | torch/_tensor.py: __array__ calls numpy()
np.mean([X.to(device).mean() for _ in range(3)])

# %% np_mean_of_items | accepts | docs: torch.Tensor.item
show(float(np.mean([X.to(device).mean().item() for _ in range(3)])))

# %% np_argmax | refuses: can't convert cuda | torch/_tensor.py: __array__ calls numpy()
np.argmax(X.to(device).detach(), axis=1)

# %% numpy_array_times_tensor | refuses: can't convert cuda | torch/_tensor.py: __array__ calls numpy()
np.ones(4) * np.asarray(X.to(device)[0])

# %% accuracy_through_numpy | refuses: can't convert cuda | torch/csrc/utils/tensor_numpy.cpp: tensor_to_numpy
predicted = Net().to(device)(X.to(device)).argmax(1)
float((predicted.numpy() == Y.numpy()).mean())

# %% matplotlib_style_conversion | refuses: can't convert cuda | torch/_tensor.py: __array__ calls numpy()
[np.asarray(each) for each in X.to(device)]

# %% tolist | accepts | docs: torch.Tensor.tolist
show(sum(Y.to(device).tolist()), len(X.to(device).tolist()))

# %% item_float_int | accepts | docs: torch.Tensor.item
x = X.to(device)
show(x.sum().item(), float(x.mean()), int(x.argmax()), round(float(x.max()), 3), math.sqrt(x.pow(2).sum()))

# %% printing_and_formatting | accepts | docs: torch.set_printoptions
x = X.to(device)
text = f"{x.mean():.3f} {x.sum()} {x[:1]} {repr(Net().to(device).head.weight)}"
show(len(text) > 20, ("cuda:0" in str(x)) == (device.type == "cuda"))

# %% iterating_a_tensor | accepts | docs: torch.Tensor.unbind
show(sum(float(row.sum()) for row in X.to(device)), len(X.to(device)))

# %% enumerate_predictions | accepts | docs: torch.Tensor.tolist
counts = {}
for predicted, label in zip(X.to(device).argmax(1).tolist(), Y.tolist()):
    counts[predicted == label] = counts.get(predicted == label, 0) + 1
show(sum(counts.values()))

# %% tensor_from_device_scalars | accepts | docs: torch.tensor (copies data)
x = X.to(device)
t = torch.tensor([x[0, 0].item(), float(x[0, 1])])
u = torch.tensor([x[0, 0].detach(), x[1, 0].detach()])
show(t.sum().item(), u.sum().item(), u.device.type == "cpu")

# %% tensor_from_a_list_of_device_scalars_is_on_the_cpu | refuses: at least two devices | docs: torch.tensor, device ("if data is not a tensor, the CPU")
x = X.to(device)
weights = torch.tensor([x[i].norm() for i in range(4)])
x * weights

# %% as_tensor_from_numpy | accepts | docs: torch.as_tensor, device
show(torch.as_tensor(np.ones((2, 3), dtype=np.float32), device=device).sum().item(), torch.as_tensor([1.0, 2.0], device=device).sum().item())

# %% from_numpy_then_to | accepts | docs: torch.from_numpy
show(torch.from_numpy(np.arange(4.0)).to(device).sum().item())

# %% from_numpy_forgotten_on_the_cpu | refuses: at least two devices | docs: torch.from_numpy ("Creates a Tensor from a numpy.ndarray": memory is shared)
X.to(device) * torch.from_numpy(np.ones((12, 4), dtype=np.float32))

# %% asarray | accepts | docs: torch.asarray, device
show(torch.asarray(np.ones(3, dtype=np.float32), device=device).sum().item(), torch.asarray(X.to(device)).sum().item())

# %% tensor_of_a_device_tensor | accepts | docs: torch.tensor, device ("if None and data is a tensor then the device of data is used")
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    t = torch.tensor(X.to(device))
show(t.sum().item(), t.device.type == device.type)

# %% sklearn_style_metric | refuses: can't convert cuda | torch/_tensor.py: __array__ calls numpy()
y_true, y_pred = Y, X.to(device).argmax(1)
(np.asarray(y_true) == np.asarray(y_pred)).mean()

# %% membership | accepts | docs: torch.Tensor.__contains__
y = Y.to(device)
show(1 in y, 7 in y, (y == 1).any().item())

# %% pickled_and_copied | accepts | docs: copy.deepcopy of tensors (leaves only)
x = X.to(device)
show(copy.deepcopy(x).sum().item(), copy.copy(x).sum().item(), copy.deepcopy(x).device.type == device.type)

# %% deepcopy_of_a_result | refuses: Only Tensors created explicitly by the user | torch/_tensor.py: __deepcopy__
copy.deepcopy(Net().to(device)(X.to(device)))

# %% hash_and_identity | accepts | torch/_tensor.py: __hash__ is id
x = X.to(device)
table = {x: 1}
show(table[x], x is x.to(device))

# %% type_names | accepts | docs: torch.Tensor, "Data types"
x = X.to(device)
show(x.type() == ("torch.cuda.FloatTensor" if device.type == "cuda" else "torch.FloatTensor"), x.get_device() == (0 if x.is_cuda else -1), x.is_cuda == (device.type == "cuda"))
