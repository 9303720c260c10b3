"""W9 singular value decompositions, float32: numpy (which computes in double), scipy, torch; scikit-learn's first 32."""
import numpy as np
import scipy.linalg
import torch
from peer_common import THREADS, bench, emit
from sklearn.utils.extmath import randomized_svd

torch.set_num_threads(THREADS)
random = np.random.default_rng(0)
for n in (28, 112, 256, 784, 1000):
    A = random.standard_normal((n, n)).astype(np.float32)
    T = torch.from_numpy(A)
    inner = max(1, int(3e6 / n**2.5))
    runs = 7 if n < 500 else 3
    for peer, decompose in (("numpy gesdd (double inside)", lambda: np.linalg.svd(A, full_matrices=False)),
                            ("scipy sgesdd", lambda: scipy.linalg.svd(A, full_matrices=False, check_finite=False)),
                            ("torch-py linalg.svd", lambda: torch.linalg.svd(T, full_matrices=False))):
        emit("W9", peer, f"svd {n}x{n}", bench(decompose, runs, inner), "s")
    if n > 100:
        emit("W9", "sklearn randomized_svd", f"svd {n}x{n}, first 32",
             bench(lambda: randomized_svd(A, 32, random_state=0), runs, max(1, inner // 10)), "s")
