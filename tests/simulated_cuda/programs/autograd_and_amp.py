"""Mixed precision, torch.func, checkpointing, recurrent networks, attention, custom functions, threads."""

# %% autocast_and_grad_scaler | accepts | docs: notes/amp_examples.rst
net = Net().to(device)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scaler = torch.amp.GradScaler(device.type, enabled=device.type == "cuda")
for _ in range(3):
    with torch.autocast(device.type, dtype=torch.bfloat16):
        loss = F.cross_entropy(net(X.to(device)), Y.to(device))
    optimizer.zero_grad()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
show(round(loss.item(), 1))

# %% autocast_dtypes | accepts on cuda | docs: amp.rst, "CUDA Ops that can autocast to float16"
net = nn.Linear(4, 3).to(device)
with torch.autocast("cuda"):
    z = net(X.to(device))
    loss = F.cross_entropy(z, Y.to(device))
    with torch.autocast("cuda", enabled=False):
        w = net(X.to(device))
show(z.dtype == torch.float16, loss.dtype == torch.float32, w.dtype == torch.float32)

# %% half_output_into_float_weights | refuses: dtype | docs: amp.rst; native/cuda/Blas.cpp: addmm asks for one dtype
with torch.autocast(device.type, dtype=torch.bfloat16):
    z = nn.Linear(4, 4).to(device)(X.to(device))
nn.Linear(4, 3).to(device)(z)

# %% binary_cross_entropy_under_autocast | refuses: unsafe to autocast | docs: amp.rst, "Prefer binary_cross_entropy_with_logits over binary_cross_entropy"
with torch.autocast("cuda"):
    z = nn.Linear(4, 1).to(device)(X.to(device)).sigmoid()
    F.binary_cross_entropy(z, torch.zeros(12, 1, device=device))

# %% legacy_amp_names | accepts on cuda | docs: torch.cuda.amp
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    scaler = torch.cuda.amp.GradScaler()
    with torch.cuda.amp.autocast():
        loss = F.cross_entropy(Net().cuda()(X.cuda()), Y.cuda())
scaler.scale(loss).backward()
show(torch.isfinite(loss).item())

# %% maml_with_autograd_grad | accepts | docs: torch.autograd.grad, create_graph
net = nn.Linear(4, 3).to(device)
x, y = X.to(device), Y.to(device)
fast = dict(net.named_parameters())
loss = F.cross_entropy(torch.func.functional_call(net, fast, (x,)), y)
gradients = torch.autograd.grad(loss, list(fast.values()), create_graph=True)
fast = {name: p - 0.1 * g for (name, p), g in zip(fast.items(), gradients)}
F.cross_entropy(torch.func.functional_call(net, fast, (x,)), y).backward()
show(net.weight.grad.norm().item())

# %% torch_func_grad_and_vmap | accepts | docs: torch.func.grad, torch.func.vmap
from torch.func import functional_call, grad, vmap
net = nn.Linear(4, 3).to(device)
params = {name: p.detach() for name, p in net.named_parameters()}
def loss(params, x, y):
    return F.cross_entropy(functional_call(net, params, (x[None],)), y[None])
each = vmap(grad(loss), in_dims=(None, 0, 0))(params, X.to(device), Y.to(device))
show(each["weight"].shape[0], each["weight"].sum().item(), each["bias"].abs().sum().item())

# %% maml_with_torch_func | accepts | docs: torch.func.grad ("MAML")
from torch.func import functional_call, grad
net = nn.Linear(4, 3).to(device)
x, y = X.to(device), Y.to(device)
params = dict(net.named_parameters())
def inner(params):
    return F.cross_entropy(functional_call(net, params, (x,)), y)
def adapted(params):
    g = grad(inner)(params)
    return inner({name: p - 0.1 * g[name] for name, p in params.items()})
found = grad(adapted)(params)
show(found["weight"].norm().item())

# %% device_inside_torch_func | accepts | docs: torch.func.grad
from torch.func import grad
seen = []
def f(x):
    seen.append(x.device.type == device.type)
    return (x * torch.ones(4, device=x.device)).sum()
show(grad(f)(X.to(device)[0]).sum().item(), seen[0])

# %% jacobian_and_hessian | accepts | docs: torch.func.jacrev, torch.func.hessian
from torch.func import hessian, jacrev
f = lambda x: (x ** 3).sum()
show(jacrev(f)(X.to(device)[0]).sum().item(), hessian(f)(X.to(device)[0]).diagonal().sum().item())

# %% cpu_labels_inside_torch_func | refuses: same device|different from other tensors | native_functions.yaml: nll_loss_forward (device check)
from torch.func import functional_call, grad
net = nn.Linear(4, 3).to(device)
grad(lambda p: F.cross_entropy(functional_call(net, p, (X.to(device),)), Y))(dict(net.named_parameters()))

# %% gradient_checkpointing | accepts | docs: torch.utils.checkpoint
from torch.utils.checkpoint import checkpoint
net = Net().to(device)
x = X.to(device).requires_grad_(True)
checkpoint(net, x, use_reentrant=False).sum().backward()
first = x.grad.norm().item()
x.grad = None
checkpoint(net, x, use_reentrant=True).sum().backward()
show(first, x.grad.norm().item())

# %% custom_function | accepts | docs: notes/extending.rst, "Extending torch.autograd"
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return 2 * x * g
x = X.to(device).requires_grad_(True)
Square.apply(x).sum().backward()
show(x.grad.sum().item())

# %% custom_function_returns_a_cpu_gradient | refuses: invalid gradient|same device|at least two devices | torch/csrc/autograd/engine.cpp: validate_outputs
class Forgetful(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
    @staticmethod
    def backward(ctx, g):
        return torch.ones(12, 4)
x = X.to(device).requires_grad_(True)
Forgetful.apply(x).sum().backward()

# %% backward_with_a_cpu_gradient | refuses: device | torch/csrc/autograd/engine.cpp: validate_outputs
z = Net().to(device)(X.to(device))
z.backward(torch.ones(12, 3))

# %% backward_with_a_device_gradient | accepts | docs: torch.Tensor.backward, gradient
net = Net().to(device)
z = net(X.to(device))
z.backward(torch.ones_like(z))
show(net.head.weight.grad.sum().item())

# %% hooks | accepts | docs: torch.Tensor.register_hook, torch.nn.Module.register_forward_hook
net, seen = Net().to(device), []
net.head.register_forward_hook(lambda module, args, out: seen.append(out.detach().mean().item()))
x = X.to(device).requires_grad_(True)
x.register_hook(lambda g: g * 2)
net(x).sum().backward()
show(seen[0], x.grad.norm().item())

# %% retain_grad_and_detach | accepts | docs: torch.Tensor.retain_grad
net = Net().to(device)
z = net.body(X.to(device))
z.retain_grad()
net.head(z).sum().backward()
show(z.grad.norm().item(), z.detach().requires_grad)

# %% lstm_gru_rnn | accepts | docs: torch.nn.LSTM, torch.nn.GRU
x = X.view(4, 3, 4).to(device)
out, (h, c) = nn.LSTM(4, 5, batch_first=True, bidirectional=True).to(device)(x)
out2, _ = nn.GRU(4, 5, num_layers=2, batch_first=True).to(device)(x)
out3, _ = nn.RNN(4, 5, batch_first=True).to(device)(x)
(out.sum() + out2.sum() + out3.sum()).backward()
show(out.sum().item(), out2.sum().item(), out3.sum().item(), c.sum().item())

# %% lstm_cell | accepts | docs: torch.nn.LSTMCell
h, c = nn.LSTMCell(4, 5).to(device)(X.to(device))
show(h.sum().item(), c.sum().item(), nn.GRUCell(4, 5).to(device)(X.to(device)).sum().item())

# %% packed_sequence | accepts | docs: torch.nn.utils.rnn.pack_padded_sequence
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
x = X.view(4, 3, 4).to(device)
packed = pack_padded_sequence(x, torch.tensor([3, 2, 2, 1]), batch_first=True)
out, lengths = pad_packed_sequence(nn.GRU(4, 5, batch_first=True).to(device)(packed)[0], batch_first=True)
show(out.sum().item(), lengths.sum().item())

# %% packed_sequence_with_device_lengths | refuses: 1D CPU int64 tensor | docs: torch.nn.utils.rnn.pack_padded_sequence ("must be on the CPU"); native/PackedSequence.cpp: checkLongTensor
from torch.nn.utils.rnn import pack_padded_sequence
pack_padded_sequence(X.view(4, 3, 4).to(device), torch.tensor([3, 2, 2, 1]).to(device), batch_first=True)

# %% multihead_attention | accepts | docs: torch.nn.MultiheadAttention
attention = nn.MultiheadAttention(4, 2, batch_first=True).to(device)
x = X.view(4, 3, 4).to(device)
out, weights = attention(x, x, x)
out.sum().backward()
attention.eval()
with torch.no_grad():
    quick, _ = attention(x, x, x, need_weights=False)
show(out.sum().item(), weights.sum().item(), quick.sum().item())

# %% transformer_encoder | accepts | docs: torch.nn.TransformerEncoderLayer
layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True).to(device)
x = X.view(4, 3, 4).to(device)
layer(x).sum().backward()
layer.eval()
with torch.no_grad():
    show(layer(x).abs().sum().item())

# %% scaled_dot_product_attention | accepts | docs: torch.nn.functional.scaled_dot_product_attention
q = X.view(1, 2, 6, 4).to(device)
show(F.scaled_dot_product_attention(q, q, q).sum().item(), F.scaled_dot_product_attention(q, q, q, is_causal=True).sum().item())

# %% einsum_bmm_cdist_cosine | accepts | docs: torch.einsum, torch.bmm, torch.cdist
z = X.to(device)
show(torch.einsum("nd,md->nm", z, z).trace().item(), torch.bmm(z[None], z.t()[None]).sum().item(), torch.cdist(z, z).sum().item(), F.cosine_similarity(z[:1], z).sum().item())

# %% linear_algebra | accepts | docs: torch.linalg
a = (X[:4] @ X[:4].T + 5 * torch.eye(4)).to(device)
show(torch.linalg.inv(a).trace().item(), torch.linalg.det(a).item(), torch.linalg.solve(a, X[:4].to(device)).sum().item(), torch.linalg.norm(a).item())

# %% losses | accepts | docs: torch.nn.functional, "Loss functions"
z, y = X.to(device), Y.to(device)
show(F.multi_margin_loss(z, y).item(), F.triplet_margin_loss(z[:4], z[4:8], z[8:]).item(), F.binary_cross_entropy_with_logits(z, (z > 0).float()).item(), F.smooth_l1_loss(z, z.flip(0)).item(), F.cosine_embedding_loss(z[:6], z[6:], torch.ones(6, device=device)).item())

# %% integer_matrix_product | refuses: not implemented for 'Long' | issue pytorch/pytorch#44428
a = F.one_hot(Y, 3).to(device)
a.T @ a

# %% boolean_matrix_product | refuses: not implemented for 'Bool' | issue pytorch/pytorch#44428 (cuBLAS has no integer types)
a = F.one_hot(Y, 3).bool().to(device)
a.T @ a

# %% integer_matrix_product_in_inference_mode | refuses: not implemented for 'Long' | issue pytorch/pytorch#44428
with torch.inference_mode():
    a = F.one_hot(Y, 3).to(device)
    a.T @ a

# %% integer_batched_product | refuses: not implemented for 'Long' | issue pytorch/pytorch#44428
a = Y.view(2, 2, 3).to(device)
torch.bmm(a, a.transpose(1, 2))

# %% confusion_matrix_in_float | accepts | issue pytorch/pytorch#44428 (floating types are supported)
a = F.one_hot(Y, 3).float().to(device)
show((a.T @ a).trace().item())

# %% integer_elementwise_product | accepts | issue pytorch/pytorch#44428 ("x + x works, x * x works")
y = Y.to(device)
show((y * y).sum().item(), (y + y).sum().item(), y.sum().item())

# %% thread_uses_the_device | accepts | docs: torch.cuda (a process has one context for all its threads)
import threading
found = []
def work():
    found.append(torch.ones(3, device=device).sum().item() + X.to(device).sum().item())
thread = threading.Thread(target=work)
thread.start()
thread.join()
show(found[0])

# %% thread_pool_uses_the_device | accepts | docs: torch.cuda (a process has one context for all its threads)
from concurrent.futures import ThreadPoolExecutor
net = Net().to(device).eval()
with ThreadPoolExecutor(2) as pool:
    show(sum(pool.map(lambda part: net(part.to(device)).sum().item(), X.split(4))))

# %% streams_events_and_memory | accepts on cuda | docs: torch.cuda.Stream, torch.cuda.Event, torch.cuda.memory_allocated
start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
start.record()
with torch.cuda.stream(torch.cuda.Stream()):
    x = X.cuda() * 2
end.record()
torch.cuda.synchronize()
torch.cuda.empty_cache()
show(start.elapsed_time(end) >= 0, torch.cuda.memory_allocated() >= 0, torch.cuda.get_device_properties(0).total_memory > 0, torch.cuda.device_count() >= 1, torch.cuda.current_device(), len(torch.cuda.get_device_name()) > 0)

# %% set_device_and_device_context | accepts on cuda | docs: torch.cuda.set_device, torch.cuda.device
torch.cuda.set_device(0)
with torch.cuda.device(0):
    x = torch.ones(3).cuda()
show(x.sum().item(), str(x.device) == "cuda:0", x.device == torch.device("cuda", 0), x.device == torch.device("cuda"))

# %% backend_switches | accepts | docs: torch.backends.cudnn
torch.backends.cudnn.benchmark = False
torch.backends.cudnn.deterministic = True
torch.backends.cuda.matmul.allow_tf32 = False
show(Net().to(device)(X.to(device)).sum().item())
