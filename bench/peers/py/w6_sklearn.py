"""W6 AdaBoost with 100 stumps on the table in argv[1]; accuracy on breast_cancer in 5 folds."""
import sys
import time

import numpy as np
from peer_common import emit
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import AdaBoostClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier


def model():
    return AdaBoostClassifier(DecisionTreeClassifier(max_depth=1), n_estimators=100, algorithm="SAMME", random_state=0)


X, y = np.load(f"{sys.argv[1]}/w6_x.npy"), np.load(f"{sys.argv[1]}/w6_y.npy")
fit, predict = [], []
for _ in range(3):
    m = model()
    start = time.perf_counter()
    m.fit(X, y)
    fit.append(time.perf_counter() - start)
    start = time.perf_counter()
    answers = m.predict(X)
    predict.append(time.perf_counter() - start)
emit("W6", "sklearn", "fit_s", fit, "s", train_acc=round(float((answers == y).mean()), 4), rounds=len(m.estimators_))
emit("W6", "sklearn", "predict_s", predict, "s")
X, y = load_breast_cancer(return_X_y=True)
scores = cross_val_score(model(), X, y, cv=StratifiedKFold(5, shuffle=True, random_state=0))
emit("W6", "sklearn", "breast_cancer 5-fold accuracy", scores, "fraction", mean=round(float(scores.mean()), 4))
