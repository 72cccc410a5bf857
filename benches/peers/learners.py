"""The peers' learners: how each is set, and one fit of it on one thread, in seconds of the processor.

Rows come as a table of numbers (missing: NaN) and categories, as `typed` makes it from text and the kinds of the columns.
Missing values: the median and an indicator for logistic regression (a level of its own where the column has levels),
left to the learner in LightGBM and EBM.
"""

import os

for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[name] = "1"  # before the libraries are loaded

import importlib.metadata
import time
import warnings

import numpy as np
import pandas as pd

MISSING = "(missing)"
NAMES = {
    "logistic": "scikit-learn LogisticRegression",
    "lightgbm": "LightGBM",
    "ebm": "EBM",
    "ebm_main": "EBM without pairs",
}
LIBRARIES = {"logistic": "scikit-learn", "lightgbm": "lightgbm", "ebm": "interpret-core", "ebm_main": "interpret-core"}
SETTINGS = {
    "logistic": {"C": 1.0, "max_iter": 1000},
    "lightgbm": {"n_estimators": 200, "learning_rate": 0.05, "num_leaves": 31, "max_depth": 6, "min_child_samples": 20,
                 "n_jobs": 1, "random_state": 0},
    "ebm": {"n_jobs": 1},
    "ebm_main": {"n_jobs": 1, "interactions": 0},
}
MORE = {"logistic": "one-hot levels, standardized numbers", "lightgbm": "native categories", "ebm": "defaults",
        "ebm_main": "otherwise defaults"}


def version(peer):
    return f"{LIBRARIES[peer]} {importlib.metadata.version(LIBRARIES[peer])}"


def described(peer, settings):
    told = ", ".join(f"{key} {value}" for key, value in settings.items())
    return f"{NAMES[peer]} ({version(peer)}): {told}; {MORE[peer]}"


def typed(text, kinds):
    """Numbers and categories from a table of text; fails where a number is none."""
    columns = {}
    for name, kind in kinds.items():
        filled = text[name].where(text[name] != "")
        if kind in ("number", "boolean"):
            try:
                columns[name] = pd.to_numeric(filled).astype("float64")
            except ValueError as error:
                raise SystemExit(f"column `{name}` is a {kind} to trustrisk and not here: {error}") from error
        elif kind == "level":
            columns[name] = filled.astype(object).astype("category")
        else:
            raise SystemExit(f"column `{name}` is a {kind}; the peers are given numbers and levels only")
    return pd.DataFrame(columns)


def logistic(rows, settings):
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    levels = list(rows.columns[rows.dtypes == "category"])
    numbers = [name for name in rows.columns if name not in levels]
    prepared = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numbers),
        ("levels", make_pipeline(SimpleImputer(strategy="constant", fill_value=MISSING),
                                 OneHotEncoder(handle_unknown="ignore")), levels)])
    return make_pipeline(prepared, LogisticRegression(**settings)), rows.astype({name: object for name in levels})


def lightgbm(rows, settings):
    from lightgbm import LGBMClassifier

    return LGBMClassifier(**settings, verbose=-1), rows


def ebm(rows, settings):
    from interpret.glassbox import ExplainableBoostingClassifier

    types = ["nominal" if dtype == "category" else "continuous" for dtype in rows.dtypes]
    return ExplainableBoostingClassifier(**settings, feature_types=types), rows


LEARNERS = {"logistic": logistic, "lightgbm": lightgbm, "ebm": ebm, "ebm_main": ebm}


def fit(peer, settings, rows, outcomes, train, test):
    """Fits on the rows of `train`; gives the seconds of the fit, preparation and binning within, and the risks of `test`.

    Seconds are those of the processor, so that what else runs on the machine does not lengthen them. On one thread they
    are never more than those of the clock, which is made sure of.
    """
    plain = rows.set_axis([f"c{number}" for number in range(rows.shape[1])], axis=1)  # LightGBM refuses some names
    model, prepared = LEARNERS[peer](plain, settings)
    seen, labels, unseen = prepared.iloc[train], outcomes[train], prepared.iloc[test]
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*failed to converge.*")
        warnings.filterwarnings("ignore", message="Missing values detected.*")  # about its pictures
        start, clock = time.process_time(), time.perf_counter()
        model.fit(seen, labels)
        seconds, clock = time.process_time() - start, time.perf_counter() - clock
    if seconds > 1.1 * clock + 0.05:
        raise SystemExit(f"{NAMES[peer]} took {seconds:.2f} s of the processor in {clock:.2f} s: not one thread")
    risks = np.asarray(model.predict_proba(unseen))[:, 1]
    if len(risks) != len(test) or not np.all((risks >= 0) & (risks <= 1)):
        raise SystemExit(f"{NAMES[peer]} gave {len(risks)} risks for {len(test)} rows, or risks outside 0 to 1")
    return seconds, risks
