"""Ten-fold, repeated: what labels add. Two learners and their mean, hyperparameters chosen inside each fold.

Small data, so learners are shallow and features few. The choice of hyperparameters is nested: it sees the
training folds only. Which features and learners were tried was not nested; that flatters a little.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer

from bench.ratings.history import Flags, Floats
from bench.ratings.outgoing import CORE, NAMES

FOLDS, INNER_FOLDS = 10, 3  # inside, log-loss chooses: AUC of a few dozen people is mostly chance
BAGGED = 3  # boosting draws at random; the mean of three seeds is steadier
LOGISTIC, BOOSTING, MEAN = "logistic", "gradient boosting", "mean of the two"


@dataclass(frozen=True, slots=True)
class Judged:
    """AUC of each fold, AUC and AP of each repetition over all its folds."""

    name: str
    folds: list[float]
    pooled: list[float]
    precision: list[float]


def judge(features: Floats, fraud: Flags, repetitions: Iterable[int]) -> list[Judged]:
    """Each learner and their mean; a repetition is the seed of its folds and learners."""
    found: dict[str, Judged] = {}
    for seed in repetitions:
        folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(features, fraud))
        chances = {LOGISTIC: np.zeros(len(fraud)), BOOSTING: np.zeros(len(fraud))}
        for train, test in folds:
            for name, chance in _chances(features[train], fraud[train], features[test], seed).items():
                chances[name][test] = chance
        chances[MEAN] = (chances[LOGISTIC] + chances[BOOSTING]) / 2
        for name, chance in chances.items():
            judged = found.setdefault(name, Judged(name, [], [], []))
            judged.folds.extend(float(roc_auc_score(fraud[test], chance[test])) for _, test in folds)
            judged.pooled.append(float(roc_auc_score(fraud, chance)))
            judged.precision.append(float(average_precision_score(fraud, chance)))
    return list(found.values())


def _chances(features: Floats, fraud: Flags, asked: Floats, seed: int) -> dict[str, Floats]:
    """Chances of fraud of those asked about, by learner, learned from the others alone."""
    inner = StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=seed)
    ranked = make_pipeline(QuantileTransformer(n_quantiles=60), LogisticRegression(max_iter=3_000))
    logistic = _chosen(ranked, {"logisticregression__C": [0.3, 1.0, 3.0]}, inner).fit(features, fraud)
    trees = GradientBoostingClassifier(
        max_depth=2, learning_rate=0.07, subsample=0.6, max_features=0.3, random_state=seed
    )
    core = [NAMES.index(name) for name in CORE]
    boosting = _chosen(trees, {"n_estimators": [80, 160]}, inner).fit(features[:, core], fraud)
    bag = [
        clone(boosting.best_estimator_).set_params(random_state=seed + 100 * at).fit(features[:, core], fraud)
        for at in range(BAGGED)
    ]
    return {
        LOGISTIC: logistic.predict_proba(asked)[:, 1],
        BOOSTING: np.mean([each.predict_proba(asked[:, core])[:, 1] for each in bag], axis=0),
    }


def _chosen(learner: object, choices: dict[str, list[float]], inner: StratifiedKFold) -> GridSearchCV:
    return GridSearchCV(learner, choices, scoring="neg_log_loss", cv=inner)
