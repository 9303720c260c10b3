"""W8 5-fold cross-validation on the digits: logistic regression, and an MLP in double and in float."""
import time
import warnings

from peer_common import THREADS, emit
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier

warnings.simplefilter("ignore")  # fifty epochs are not enough to converge
X, y = load_digits(return_X_y=True)
X = X / 16.0
mlp = MLPClassifier((64,), max_iter=50, random_state=0)
for metric, peer, model, features in (("LogisticRegression", "sklearn", LogisticRegression(max_iter=200), X),
                                      ("MLP", "sklearn", mlp, X),
                                      ("MLP", "sklearn float32", mlp, X.astype("float32"))):
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        scores = cross_val_score(model, features, y, cv=StratifiedKFold(5, shuffle=True, random_state=0), n_jobs=THREADS)
        seconds.append(time.perf_counter() - start)
    emit("W8", peer, f"5-fold cross_val_score s {metric}", seconds, "s", acc=round(float(scores.mean()), 4))
