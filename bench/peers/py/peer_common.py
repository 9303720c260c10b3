"""What the programs in Python share: JSON lines, timing, data."""
import gzip
import json
import os
import resource
import statistics
import time

import numpy as np

THREADS = int(os.environ.get("PEER_THREADS", "1"))


def emit(workload, peer, metric, values, unit, **extra):
    values = [float(v) for v in values]
    spread = {"min": float(f"{min(values):.6g}"), "max": float(f"{max(values):.6g}"), "runs": len(values)}
    print(json.dumps({"workload": workload, "peer": peer, "threads": THREADS, "metric": metric,
                      "value": float(f"{statistics.median(values):.6g}"), "unit": unit, "extra": spread | extra}), flush=True)


def bench(f, runs, inner=1, warm=1):
    """Seconds of one call, in each of the runs."""
    for _ in range(warm):
        f()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        for _ in range(inner):
            f()
        seconds.append((time.perf_counter() - start) / inner)
    return seconds


def peak_rss_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def fashion(train):
    folder = os.environ.get("FASHION_DIR", "/usr/share/datasets/fashion-mnist")
    part = f"{folder}/{'train' if train else 't10k'}"
    with gzip.open(part + "-images-idx3-ubyte.gz") as file:
        x = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255.0
    with gzip.open(part + "-labels-idx1-ubyte.gz") as file:
        y = np.frombuffer(file.read(), np.uint8, offset=8).astype(np.int64)
    return x, y


def wave(n=10000, seed=7):
    """y = exp(-x^2) cos(10 x) and noise."""
    random = np.random.default_rng(seed)
    x = random.uniform(-3, 3, n).astype(np.float32)
    y = (np.exp(-x * x) * np.cos(10 * x) + 0.05 * random.standard_normal(n)).astype(np.float32)
    return x[:, None], y[:, None]
