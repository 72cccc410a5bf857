"""Models of LightGBM, XGBoost and CatBoost with their own attributions, and shap's and woodelf's, for `make.py`.

The table is drawn by the generator of `make.py`. Models are stored as their makers write them, CatBoost's without what
they say of their build.
"""

import json
import math

import catboost
import lightgbm
import numpy as np
import pandas as pd
import shap
import xgboost
from woodelf.explainer import WoodelfExplainer

N_FIT, N_TOLD, N_BACKGROUND = 400, 40, 25
NUMBERS = ["late", "spend", "age", "wait", "calls"]
# only the deep model sees these
MORE = ["a", "b", "c", "d", "e", "f"]
LEVELS = {"plan": ["monthly", "yearly", "two years"], "city": list("abcdefgh")}


def table(draw):
    """Numbers, one of them missing at times, and levels; outcomes that depend on them."""
    rows, outcomes = [], []
    for _ in range(N_FIT):
        row = {
            "late": float(int(next(draw) * 6)),
            "spend": None if next(draw) < 0.1 else round(100 * next(draw), 2),
            "age": float(18 + int(60 * next(draw))),
            "wait": round(20 * next(draw) ** 3, 1),
            "calls": float(int(10 * next(draw) * next(draw))),
        } | {name: round(next(draw), 2) for name in MORE} | {name: levels[int(next(draw) * len(levels))] for name, levels in LEVELS.items()}
        margin = 0.5 * row["late"] - 0.02 * (row["spend"] or 60) + (row["plan"] == "monthly") + 0.1 * row["wait"] - 1
        margin += 0.8 * (row["city"] in "ab") * (row["calls"] > 1)
        outcomes.append(int(next(draw) < 1 / (1 + math.exp(-margin))))
        rows.append(row)
    return pd.DataFrame(rows), np.array(outcomes)


def told(values, base):
    """Attributions and base margin as lists."""
    return {"base_margin": float(base), "values": np.asarray(values, float).tolist()}


def contributions(values):
    """The last column is the base margin."""
    return told(values[:, :-1], values[0, -1])


def by_lightgbm(folder, x, y):
    with_levels = x.astype({name: pd.CategoricalDtype(levels) for name, levels in LEVELS.items()})
    settings = {"objective": "binary", "learning_rate": 0.2, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1}
    files = {}
    for name, columns, depth, leaves in [
        ("lightgbm", NUMBERS + list(LEVELS), 5, 20),
        ("lightgbm_numbers", NUMBERS, 5, 20),
        ("lightgbm_deep", NUMBERS + MORE + list(LEVELS), 30, 150),
    ]:
        data = lightgbm.Dataset(with_levels[columns], y)
        few = {"min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0.0, "learning_rate": 0.1,
               "extra_trees": True, "feature_fraction_bynode": 0.3} if depth > 8 else {}
        model = lightgbm.train(settings | few | {"max_depth": depth, "num_leaves": leaves}, data, 6)
        model.save_model(folder / f"{name}.txt")
        rows = with_levels[columns].iloc[:N_TOLD]
        files[f"{name}.txt"] = {
            "columns": columns,
            "margins": model.predict(rows, raw_score=True).tolist(),
            "path_dependent": contributions(model.predict(rows, pred_contrib=True)),
        }
        if name == "lightgbm_numbers":
            files[f"{name}.txt"] |= against_background(model, rows[columns], x[columns].iloc[-N_BACKGROUND:])
    return files


def against_background(model, rows, background):
    rows, background = rows.astype(float), background.astype(float)
    explainer = shap.TreeExplainer(model, background, feature_perturbation="interventional")
    of_shap = explainer.shap_values(rows, check_additivity=False)
    of_woodelf = WoodelfExplainer(model, background, feature_perturbation="interventional")
    pairs = of_woodelf.shap_interaction_values(rows, include_interaction_with_itself=False, verbose=False)
    return {
        "interventional": told(of_shap, explainer.expected_value),
        "interventional_woodelf": np.asarray(of_woodelf.shap_values(rows, verbose=False), float).tolist(),
        "interactions_woodelf": np.asarray(pairs, float).tolist(),
    }


def by_xgboost(folder, x, y):
    columns = NUMBERS + list(LEVELS)
    rows = x[columns].astype({name: pd.CategoricalDtype(levels) for name, levels in LEVELS.items()})
    settings = {"objective": "binary:logistic", "eta": 0.3, "max_depth": 5, "max_cat_to_onehot": 4, "nthread": 1}
    model = xgboost.train(settings, xgboost.DMatrix(rows, y, enable_categorical=True), 6)
    model.save_model(folder / "xgboost.json")
    asked = xgboost.DMatrix(rows.iloc[:N_TOLD], enable_categorical=True)
    return {
        "xgboost.json": {
            "columns": columns,
            "margins": model.predict(asked, output_margin=True).tolist(),
            "path_dependent": contributions(model.predict(asked, pred_contribs=True)),
        }
    }


def shorten(path):
    """Leaves out what the build and the options say; the loss function stays."""
    model = json.loads(path.read_text())
    loss = model["model_info"]["params"]["loss_function"]
    model["model_info"] = {"params": {"loss_function": loss}}
    path.write_text(json.dumps(model) + "\n")


def by_catboost(folder, x, y):
    files = {}
    for name, shape in [("catboost", {}), ("catboost_free", {"grow_policy": "Lossguide", "max_leaves": 12})]:
        rows = x[NUMBERS].astype(float)
        model = catboost.CatBoostClassifier(
            iterations=6, depth=5, learning_rate=0.3, thread_count=1, verbose=0, allow_writing_files=False, **shape
        ).fit(rows, y)
        model.save_model(str(folder / f"{name}.json"), format="json")
        shorten(folder / f"{name}.json")
        asked = rows.iloc[:N_TOLD]
        margins = model.predict(asked, prediction_type="RawFormulaVal")
        files[f"{name}.json"] = {"columns": NUMBERS, "margins": margins.tolist()}
        values = model.get_feature_importance(catboost.Pool(asked), type="ShapValues")
        # of trees of free shape CatBoost's own values do not add up to its margins: they are no reference
        if np.abs(values.sum(axis=1) - margins).max() < 1e-9:
            files[f"{name}.json"]["path_dependent"] = contributions(values)
        else:
            print(f"{name}: CatBoost's values are off its margins by {np.abs(values.sum(axis=1) - margins).max():.4f}")
    return files


def make(folder, draw):
    folder.mkdir(exist_ok=True)
    x, y = table(draw)
    files = by_lightgbm(folder, x, y) | by_xgboost(folder, x, y) | by_catboost(folder, x, y)
    x.to_csv(folder / "table.csv", index=False)
    text = json.dumps({"n_told": N_TOLD, "n_background": N_BACKGROUND, "files": files})
    (folder / "expected.json").write_text(text + "\n")
