"""Figures of risks, by the same definitions as `validation.json`, so that one script can judge all models alike."""

import numpy as np
from scipy.special import expit, logit
from scipy.stats import rankdata

ECE_BINS = 15
EDGE = 1e-12


def auc_with_influence(risks, outcomes):
    """The area under the curve, ties counting half, and how much each row moves it (DeLong et al. 1988)."""
    n_with, n_without = outcomes.sum(), (~outcomes).sum()
    ranks = rankdata(risks)
    above = np.empty(len(risks))
    above[outcomes] = (ranks[outcomes] - rankdata(risks[outcomes])) / n_without
    above[~outcomes] = 1 - (ranks[~outcomes] - rankdata(risks[~outcomes])) / n_with
    auc = above[outcomes].mean()
    return auc, (above - auc) / np.where(outcomes, n_with, n_without)


def auc_difference(ours, theirs, outcomes, clusters):
    """Difference of two areas on the same rows with its paired DeLong error, clustered after Obuchowski (1997)."""
    (mine, my_influence), (other, other_influence) = auc_with_influence(ours, outcomes), auc_with_influence(theirs, outcomes)
    sums = np.bincount(clusters, weights=my_influence - other_influence)
    return mine - other, np.sqrt(np.sum(sums**2) * len(sums) / (len(sums) - 1))


def ece_bin_of_rows(risks):
    """Equal mass, equal risks together: the bin of a row is that of the middle rank of its ties."""
    twice_middle = np.round(2 * (rankdata(risks) - 1)).astype(np.int64)
    return twice_middle * ECE_BINS // (2 * len(risks))


def ece(risks, outcomes):
    gaps = np.bincount(ece_bin_of_rows(risks), weights=risks - outcomes, minlength=ECE_BINS)
    return np.abs(gaps).sum() / len(risks)


def ece_by_chance(risks, n_draws=200):
    """Mean calibration error if the risks were exactly true: what the number of rows alone brings about."""
    draws, bins = np.random.default_rng(0), ece_bin_of_rows(risks)
    told = [np.abs(np.bincount(bins, weights=risks - (draws.random(len(risks)) < risks))).sum() for _ in range(n_draws)]
    return np.mean(told) / len(risks)


def margins(risks):
    return logit(np.clip(risks, EDGE, 1 - EDGE))


def line(margin, outcomes):
    """Intercept and slope of the logistic regression of outcomes on margins, by Newton's method with halved steps.

    Nothing where there is no such line: the margins separate the outcomes, or are all the same.
    """
    design, weights = np.column_stack([np.ones(len(margin)), margin]), np.zeros(2)

    def loss(weights):
        return np.logaddexp(0, np.where(outcomes, -1, 1) * (design @ weights)).sum()

    for _ in range(100):
        risks = expit(design @ weights)
        information = design.T @ (design * (risks * (1 - risks))[:, None])
        if np.linalg.cond(information) > 1e14:
            return None
        step = np.linalg.solve(information, design.T @ (outcomes - risks))
        while loss(weights + step) > loss(weights) + 1e-9 and np.abs(step).max() > 1e-10:
            step = step / 2
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            return weights
    return None


def calibrated_alike(risks, outcomes, folds):
    """Risks by a Platt line that was fitted on the out-of-fold margins of the other folds; nothing where there is none."""
    margin, told = margins(risks), np.empty(len(risks))
    for fold in np.unique(folds):
        here = folds == fold
        fitted = line(margin[~here], outcomes[~here])
        if fitted is None:
            return None
        intercept, slope = fitted
        told[here] = expit(intercept + slope * margin[here])
    return told


def judge(risks, outcomes):
    inside, fitted = np.clip(risks, EDGE, 1 - EDGE), line(margins(risks), outcomes)
    return {"auc": auc_with_influence(risks, outcomes)[0], "brier": np.mean((risks - outcomes) ** 2),
            "log_loss": -np.mean(np.where(outcomes, np.log(inside), np.log1p(-inside))),
            "ece": ece(risks, outcomes), "calibration_slope": None if fitted is None else fitted[1]}
