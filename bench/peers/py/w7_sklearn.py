"""W7 a tree of depth 8, and 50 of them bagged with their out-of-bag score, on the table in argv[1]."""
import sys
import time

import numpy as np
from peer_common import THREADS, emit
from sklearn.ensemble import BaggingClassifier
from sklearn.tree import DecisionTreeClassifier

X, y = np.load(f"{sys.argv[1]}/w6_x.npy"), np.load(f"{sys.argv[1]}/w6_y.npy")
tree, fit, predict = [], [], []
for _ in range(3):
    start = time.perf_counter()
    DecisionTreeClassifier(max_depth=8, random_state=0).fit(X, y)
    tree.append(time.perf_counter() - start)
for _ in range(3):
    m = BaggingClassifier(DecisionTreeClassifier(max_depth=8), n_estimators=50, oob_score=True, n_jobs=THREADS, random_state=0)
    start = time.perf_counter()
    m.fit(X, y)
    fit.append(time.perf_counter() - start)
    start = time.perf_counter()
    m.predict(X)
    predict.append(time.perf_counter() - start)
emit("W7", "sklearn", "fit_s", tree, "s")
emit("W7", "sklearn", "fit_s (with OOB)", fit, "s", oob=round(m.oob_score_, 4))
emit("W7", "sklearn", "predict_s", predict, "s")
