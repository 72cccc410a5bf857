"""Remakes the peers' numbers that the tests compare with: python tests/reference/make.py

Needs the packages of requirements.txt. Inputs are drawn by a small generator written here, so that they do not depend
on a library's version, and are stored beside the numbers.
"""

import json
import math
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from betacal import BetaCalibration
from fairlearn.metrics import MetricFrame, count, false_positive_rate, selection_rate, true_positive_rate
from scipy import optimize, stats
from sklearn import metrics
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from statsmodels.stats.proportion import proportion_confint

import attributions

HERE = Path(__file__).parent


def uniform(seed):
    """Numbers in 0..1 from the 64-bit linear congruential generator of Knuth's MMIX, upper 53 bits."""
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 11) / 2**53


def sample(seed, n, tied):
    """Margins with a logistic relation to the outcome, the risks they imply, and clusters of about three rows."""
    draw = uniform(seed)
    margins, outcomes, clusters = [], [], []
    for row in range(n):
        margin = 3 * (sum(next(draw) for _ in range(4)) - 2)
        margin = round(margin, 1) if tied else margin
        outcomes.append(next(draw) < 1 / (1 + math.exp(-(0.8 * margin - 0.7))))
        margins.append(margin)
        clusters.append(int(next(draw) * n / 3))
    risks = [1 / (1 + math.exp(-margin)) for margin in margins]
    return {"margins": margins, "risks": risks, "outcomes": outcomes, "clusters": clusters}


def placements(scores, outcomes):
    scores, outcomes = np.array(scores), np.array(outcomes)
    above = (scores[outcomes][:, None] > scores[~outcomes]) + 0.5 * (scores[outcomes][:, None] == scores[~outcomes])
    return above.mean(), above.mean(axis=1), above.mean(axis=0)


def logit_interval(area, variance):
    center, half = math.log(area / (1 - area)), stats.norm.ppf(0.975) * math.sqrt(variance) / (area * (1 - area))
    return [1 / (1 + math.exp(-(center - half))), 1 / (1 + math.exp(-(center + half)))]


def delong(scores, outcomes):
    """DeLong et al. 1988 by all pairs."""
    area, positives, negatives = placements(scores, outcomes)
    variance = positives.var(ddof=1) / len(positives) + negatives.var(ddof=1) / len(negatives)
    return logit_interval(area, variance)


def obuchowski(scores, outcomes, clusters):
    """Obuchowski 1997 by all pairs."""
    area, positives, negatives = placements(scores, outcomes)
    outcomes, clusters = np.array(outcomes), np.array(clusters)
    names = np.unique(clusters)
    x = np.array([(positives - area)[clusters[outcomes] == c].sum() for c in names])
    y = np.array([(negatives - area)[clusters[~outcomes] == c].sum() for c in names])
    i10, i01, i = len(set(clusters[outcomes])), len(set(clusters[~outcomes])), len(names)
    m, n = len(positives), len(negatives)
    s10, s01 = i10 / ((i10 - 1) * m) * (x**2).sum(), i01 / ((i01 - 1) * n) * (y**2).sum()
    s11 = i / (i - 1) * (x * y).sum()
    return logit_interval(area, s10 / m + s01 / n + 2 * s11 / (m * n))


def mean_interval(values, clusters=None):
    model = sm.OLS(np.array(values), np.ones(len(values)))
    if clusters is None:
        fit = model.fit(use_t=True)
    else:
        fit = model.fit(cov_type="cluster", cov_kwds={"groups": np.array(clusters)}, use_t=True)
    return [float(end) for end in fit.conf_int(0.05)[0]]


def ece(risks, outcomes, n_bins):
    risks, outcomes = np.array(risks), np.array(outcomes)
    bins = np.floor((stats.rankdata(risks, method="average") - 1) * n_bins / len(risks)).astype(int)
    return sum(abs(risks[bins == b].sum() - outcomes[bins == b].sum()) for b in set(bins)) / len(risks)


def line(margins, outcomes, clusters=None):
    model = sm.Logit(np.array(outcomes, float), sm.add_constant(np.array(margins)))
    how = {} if clusters is None else {"cov_type": "cluster", "cov_kwds": {"groups": np.array(clusters)}}
    fit = model.fit(disp=0, tol=1e-14, method="newton", maxiter=100, **how)
    (intercept, slope), ends = fit.params, fit.conf_int()
    return {"slope": [slope, *ends[1]], "intercept": [intercept, *ends[0]]}


def losses(risks, outcomes):
    risks, outcomes = np.array(risks), np.array(outcomes, float)
    eps = np.finfo(float).eps
    clipped = np.clip(risks, eps, 1 - eps)
    return (risks - outcomes) ** 2, -np.where(outcomes == 1, np.log(clipped), np.log1p(-clipped))


def smoothed(outcomes):
    positives, negatives = outcomes.sum(), (~outcomes).sum()
    return np.where(outcomes, (positives + 1) / (positives + 2), 1 / (negatives + 2))


def binomial(targets, columns):
    """Logistic regression of fractional targets: the intercept, then the slopes."""
    model = sm.GLM(targets, sm.add_constant(np.stack(columns, axis=1)), family=sm.families.Binomial())
    return model.fit(tol=1e-14, tol_criterion="params", maxiter=1000).params


def platt(margins, outcomes):
    margins, outcomes = np.array(margins), np.array(outcomes)
    intercept, slope = binomial(smoothed(outcomes), [margins])
    peer = _SigmoidCalibration().fit(margins, outcomes.astype(int))
    return {"newton": [slope, intercept], "scikit_learn": [-peer.a_, -peer.b_]}


def beta(margins, outcomes):
    """a, b, c of Kull et al. 2017 on Platt's targets: by dropping a negative term, by a search within bounds, and by
    their own package, to which a fractional target is two weighted rows."""
    margins, outcomes = np.array(margins), np.array(outcomes)
    targets, p = smoothed(outcomes), 1 / (1 + np.exp(-margins))
    low, high = -np.logaddexp(0, -margins), np.logaddexp(0, margins)
    c, a, b = binomial(targets, [low, high])
    if a < 0:
        a, (c, b) = 0.0, binomial(targets, [high])
    elif b < 0:
        b, (c, a) = 0.0, binomial(targets, [low])

    def loss(at):
        z = at[0] * low + at[1] * high + at[2]
        residual = (1 / (1 + np.exp(-z)) - targets) / len(z)
        return (np.logaddexp(0, z) - targets * z).mean(), residual @ np.stack([low, high, np.ones(len(z))], axis=1)

    bounds = [(0, None), (0, None), (None, None)]
    search = optimize.minimize(loss, [1, 1, 0], jac=True, method="L-BFGS-B", bounds=bounds,
                               options={"ftol": 1e-16, "gtol": 1e-12, "maxiter": 10_000})
    twice = np.repeat([True, False], len(p))
    peer = BetaCalibration("abm").fit(np.tile(p, 2), twice, np.concatenate([targets, 1 - targets]))
    risks = peer.predict(p)
    return {"newton": [a, b, c], "scipy": list(search.x), "betacal_risks": risks.tolist()}


def bent(seed, n, a, b, c):
    """Margins whose outcomes follow a beta curve that may fall at one end."""
    draw, margins, outcomes = uniform(seed), [], []
    for _ in range(n):
        margin = 3 * (sum(next(draw) for _ in range(4)) - 2)
        z = -a * math.log1p(math.exp(-margin)) + b * math.log1p(math.exp(margin)) + c
        margins.append(margin)
        outcomes.append(next(draw) < 1 / (1 + math.exp(-z)))
    return {"margins": margins, "outcomes": outcomes, "beta": beta(margins, outcomes)}

def venn_abers(scores, outcomes, queries):
    """Isotonic regression with the query added, once per query and outcome."""
    ranges = []
    for query in queries:
        fits = []
        for outcome in (0, 1):
            x, y = np.append(scores, query), np.append(np.array(outcomes, float), outcome)
            fits.append(float(IsotonicRegression().fit(x, y).predict([query])[0]))
        ranges.append(fits)
    return ranges


def figures(data):
    risks, outcomes, clusters, margins = (data[k] for k in ("risks", "outcomes", "clusters", "margins"))
    brier, log = losses(risks, outcomes)
    assert np.isclose(brier.mean(), metrics.brier_score_loss(outcomes, risks), rtol=1e-14)
    assert np.isclose(log.mean(), metrics.log_loss(outcomes, risks), rtol=1e-14)
    return {
        **data,
        "auc": metrics.roc_auc_score(outcomes, risks),
        "auc_interval": delong(risks, outcomes),
        "auc_interval_clustered": obuchowski(risks, outcomes, clusters),
        "average_precision": metrics.average_precision_score(outcomes, risks),
        "brier": metrics.brier_score_loss(outcomes, risks),
        "brier_interval": mean_interval(brier),
        "brier_interval_clustered": mean_interval(brier, clusters),
        "log_loss": metrics.log_loss(outcomes, risks),
        "log_loss_interval": mean_interval(log),
        "log_loss_interval_clustered": mean_interval(log, clusters),
        "ece": ece(risks, outcomes, 15),
        "line": line(margins, outcomes),
        "line_clustered": line(margins, outcomes, clusters),
        "platt": platt(margins, outcomes),
        "beta": beta(margins, outcomes),
    }


def statistics():
    tables = [[1, 9, 11, 3], [0, 5, 5, 0], [805, 990, 349, 1139], [0, 7, 3, 9], [10, 0, 0, 0], [3, 5, 349, 1139],
              [12_000, 88_000, 11_500, 88_500], [400_000, 600_000, 401_000, 599_000], [7, 7, 7, 7], [2, 3, 3, 2]]
    wilson = [[0, 10], [10, 10], [1, 2], [805, 1795], [3, 8], [1, 1_000_000]]
    quantiles = [[c, f] for c in (0.5, 0.9, 0.95, 0.999) for f in (1, 2, 5, 30, 999, 1999, 2001, 50_000, 1e7)]
    return {
        "samples": [figures(sample(1, 300, False)), figures(sample(2, 400, True)), figures(sample(3, 41, True))],
        "bent": [bent(8, 400, -0.5, 1.2, -0.5), bent(9, 400, 1.2, -0.5, 0.5), bent(10, 400, 2.0, 0.4, 0.3)],
        "clip": {"risks": [0.0, 1.0, 0.3], "outcomes": [True, True, False],
                 "log_loss": metrics.log_loss([1, 1, 0], [0.0, 1.0, 0.3])},
        "fisher": [{"table": t, "p": stats.fisher_exact([t[:2], t[2:]]).pvalue} for t in tables],
        "wilson": [{"counts": c, "ends": list(proportion_confint(*c, method="wilson"))} for c in wilson],
        "student": [{"confidence": c, "freedom": f, "quantile": stats.t.ppf((1 + c) / 2, f)} for c, f in quantiles],
        "normal": [{"confidence": c, "quantile": stats.norm.ppf((1 + c) / 2)} for c in (0.5, 0.9, 0.95, 0.999)],
    }


def isotonic():
    cases = []
    for seed, n, tied in ((4, 60, True), (5, 80, False), (6, 5, True)):
        data = sample(seed, n, tied)
        queries = sorted({-9.0, 9.0, 0.05, -1.234, *data["margins"][::3]})
        ranges = venn_abers(data["margins"], data["outcomes"], queries)
        plain = IsotonicRegression(out_of_bounds="clip").fit(data["margins"], np.array(data["outcomes"], float))
        cases.append({"scores": data["margins"], "outcomes": data["outcomes"], "queries": queries, "ranges": ranges,
                      "isotonic": plain.predict(queries).tolist()})
    return cases


def fairness():
    """The example of fairlearn's user guide (assessment), which needs no random numbers."""
    y = [0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1]
    selected = [0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0]
    letter = list("bbabbcccaacabccbcc")
    digit = [8, 6, 8, 8, 8, 8, 6, 6, 6, 8, 6, 6, 6, 6, 8, 6, 6, 6]
    measures = {"n": count, "true_positive_rate": true_positive_rate, "false_positive_rate": false_positive_rate,
                "selection_rate": selection_rate}
    features = {"letter": letter, "letter × digit": [f"{a} × {b}" for a, b in zip(letter, digit)]}
    groups = {}
    for name, members in features.items():
        frame = MetricFrame(metrics=measures, y_true=y, y_pred=selected, sensitive_features=np.array(members))
        ratios, gaps = frame.ratio(method="to_overall"), frame.difference(method="between_groups")
        groups[name] = {"by_group": frame.by_group.to_dict("index"), "overall": frame.overall.to_dict(),
                        "difference_between_groups": gaps.to_dict(), "ratio_to_overall": ratios.to_dict()}
    return {"outcomes": y, "selected": selected, "letter": letter, "digit": digit, "groups": groups}


def scored():
    """Figures of scores by group: a large group, a middling one, one of a dozen rows, one without outcomes, and one row by
    itself."""
    samples = []
    for seed, n, tied in ((12, 500, False), (13, 600, True)):
        data, draw = sample(seed, n, tied), uniform(100 + seed)
        draws = [next(draw) for _ in range(n)]
        groups = ["large" if d < 0.6 else "middling" if d < 0.97 else "none" for d in draws]
        few = [row for want in (True, False) for row in range(n) if data["outcomes"][row] is want][::40]
        for row in few:
            groups[row] = "few"
        for row in range(n):
            if groups[row] == "none" and data["outcomes"][row]:
                groups[row] = "large"
        groups[7] = "one"
        samples.append({**data, "groups": groups, "by_group": by_group(data, np.array(groups))})
    return samples


def by_group(data, groups):
    """Undefined is None."""
    risks, outcomes = np.array(data["risks"]), np.array(data["outcomes"])
    area = lambda at: metrics.roc_auc_score(outcomes[at], risks[at]) if len(set(outcomes[at])) > 1 else None
    figures = {}
    for group in sorted(set(groups)):
        own = groups == group
        figures[group] = {
            "auc": area(own),
            "bpsn_auc": area(own != outcomes),
            "bnsp_auc": area(own == outcomes),
            "average_precision": metrics.average_precision_score(outcomes[own], risks[own]) if outcomes[own].any() else None,
            "brier_score": metrics.brier_score_loss(outcomes[own], risks[own]),
            "log_loss": metrics.log_loss(outcomes[own], risks[own], labels=[False, True]),
        }
    return figures


def ridge():
    """Ridge logistic regression by scikit-learn on columns encoded by hand: numbers standardized, a missing one at the
    (upper) median with an indicator, three levels one column each, of two levels the second."""
    draw = uniform(7)
    wait, age, color, member, outcomes = [], [], [], [], []
    for _ in range(300):
        wait.append(None if next(draw) < 0.1 else round(9 * next(draw), 1))
        age.append(18 + int(50 * next(draw)))
        color.append(("blue", "green", "red")[int(3 * next(draw))])
        member.append(("no", "yes")[int(2 * next(draw))])
        margin = -1 + 0.3 * (wait[-1] or 0) - 0.02 * age[-1] + (color[-1] == "red") - 0.8 * (member[-1] == "yes")
        outcomes.append(next(draw) < 1 / (1 + math.exp(-margin)))
    known = sorted(w for w in wait if w is not None)
    filled = [known[len(known) // 2] if w is None else w for w in wait]
    columns = [(np.array(filled) - np.mean(known)) / np.std(known), np.array([float(w is None) for w in wait]),
               (np.array(age) - np.mean(age)) / np.std(age)]
    columns += [np.array([float(c == level) for c in color]) for level in ("blue", "green", "red")]
    columns.append(np.array([float(m == "yes") for m in member]))
    x, fits = np.stack(columns, axis=1), []
    for penalty in (0.1, 1.0, 30.0):
        fit = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(x, outcomes)
        fits.append({"penalty": penalty, "margins": fit.decision_function(x).tolist()})
    return {"wait": wait, "age": age, "color": color, "member": member, "outcomes": outcomes, "fits": fits}


def main():
    files = {"stats": statistics(), "venn_abers": isotonic(), "fairlearn": fairness(), "ridge": ridge(),
             "scored": scored()}
    for name, numbers in files.items():
        text = json.dumps(numbers, default=lambda value: value.item(), ensure_ascii=False)
        (HERE / f"{name}.json").write_text(text + "\n")
    attributions.make(HERE / "attributions", uniform(11))


if __name__ == "__main__":
    main()
