# The methods that every suite compares: controls, baselines, and ours. All have one set of settings for all data sets.
methods = {
    "plain": dict(role="control", about="trained on the noisy set as it is; flags none"),
    "oracle": dict(role="control", protocol="oracle", about="true labels, no corrupted clips"),
    "random-prune": dict(role="control", recipe="random-prune", about="prunes as many clips as `d2sp`, at random"),
    "prediction-differs": dict(role="control", recipe="prediction-differs", about="every label becomes what the model says"),
    "small-loss": dict(recipe="small-loss", about="prunes the fifth of largest loss"),
    "cartography": dict(recipe="cartography", about="prunes the fifth of lowest confidence over all epochs"),
    "forgetting": dict(recipe="forgetting", about="prunes the fifth that was forgotten most often"),
    "aum": dict(recipe="aum", about="prunes the fifth of smallest area under the margin"),
    "loss-mixture": dict(recipe="loss-mixture", about="DivideMix's split: prunes what a mixture calls noisy"),
    "infobatch": dict(recipe="infobatch", about="prunes a fifth, at random, out of what is learned well"),
    "selfie": dict(recipe="selfie", about="relabels the consistent, prunes others of large loss"),
    "scn": dict(recipe="scn", about="Self-Cure Network: weighted loss, relabelling of low weights"),
    "confident-learning": dict(recipe="confident-learning", about="cleanlab on the predictions of training"),
    "d2sp": dict(role="ours", recipe="d2sp", about="the reconstruction of the paper: prunes, then corrects"),
    "d2sp-passes": dict(role="ours", protocol="passes", recipe="d2sp-passes", about="a pass of `tools/purify.py`"),
}
