"""Measures PyTorch's training speed on this GPU: the network, batch and optimiser of the recipe `paper`, random images.

python3 benchmarks/gpu_pytorch.py STACK_N MODE...   modes: eager, compile (torch.compile, reduce-overhead), captured (compiled, the
whole step as one CUDA graph). MODE-float32, such as eager-float32, measures float32; otherwise bfloat16 autocast.
"""
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH = 128


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(inputs), nn.BatchNorm2d(outputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride) if stride > 1 else None

    def forward(self, x):
        y = F.relu(self.norm1(x))
        shortcut = x if self.shortcut is None else self.shortcut(y)
        return self.conv2(F.relu(self.norm2(self.conv1(y)))) + shortcut


class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 1, 1)
        blocks, inputs = [], 16
        for stage, outputs in enumerate((16, 32, 64)):
            for block in range(n):
                blocks.append(Block(inputs, outputs, 2 if stage > 0 and block == 0 else 1))
                inputs = outputs
        self.blocks, self.norm, self.dense = nn.Sequential(*blocks), nn.BatchNorm2d(64), nn.Linear(64, 10)

    def forward(self, x):
        return self.dense(F.relu(self.norm(self.blocks(self.stem(x)))).mean((2, 3)))


def measure(n, mode):
    mode, _, precision = mode.partition("-")
    torch.manual_seed(0)
    net = Net(n).cuda().to(memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(net.parameters(), 0.1, 0.9, weight_decay=1e-4, nesterov=True, fused=mode != "eager" or None)
    images = torch.randn(BATCH, 3, 32, 32, device="cuda").to(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (BATCH,), device="cuda")
    compiled = {"eager": None, "compile": "reduce-overhead", "captured": "default"}[mode]
    model = torch.compile(net, mode=compiled) if compiled else net
    total = torch.zeros((), device="cuda")

    def step():
        optimiser.zero_grad(set_to_none=mode != "captured")
        with torch.autocast("cuda", torch.bfloat16, enabled=precision != "float32"):
            loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimiser.step()
        total.add_(loss.detach())

    for _ in range(12):
        step()
    torch.cuda.synchronize()
    run = step
    if mode == "captured":
        stream, graph = torch.cuda.Stream(), torch.cuda.CUDAGraph()
        with torch.cuda.stream(stream):
            for _ in range(3):
                step()
        torch.cuda.synchronize()
        with torch.cuda.graph(graph):
            step()
        run = graph.replay
    rates = []
    for window in range(8):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        for _ in range(60):
            run()
        torch.cuda.synchronize()
        if window:  # the first one warms up
            rates.append(60 * BATCH / (time.perf_counter() - begin))
    print(f"n={n} {mode} {precision or 'bfloat16'}: {statistics.median(rates):,.0f} images/s", flush=True)


torch.backends.cudnn.benchmark = True
for name in sys.argv[2:]:
    measure(int(sys.argv[1]), name)
