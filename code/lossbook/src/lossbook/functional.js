// The lesson's formulas in the browser: the functions of lossbook/functional.py, in float64 and in nats.
// Scores come as rows, logits[n][c]; target[n] is the right class of row n. tests/unit/lossbook/test_functional_js.py
// compares them with torch.

// log p_i = z_i - log(sum_j e^{z_j}) for one row of scores. The largest score is taken out of the sum, so no exponential
// overflows, and a loss near 0 keeps all its digits.
export function logSoftmax(row) {
  const top = row.reduce((best, z, c) => (z > row[best] ? c : best), 0);
  const rest = row.reduce((sum, z, c) => (c === top ? sum : sum + Math.exp(z - row[top])), 0);
  const logSum = Math.log1p(rest);
  return row.map((z) => z - row[top] - logSum);
}

// p_i = e^{z_i} / sum_j e^{z_j} for one row of scores.
export function softmax(row) {
  return logSoftmax(row).map(Math.exp);
}

// -log p of the right class of each row, then "mean", "sum" or "none" of them.
export function nllLoss(logProbs, target, reduction = "mean") {
  const losses = logProbs.map((row, n) => 0 - row[target[n]]);
  if (reduction === "none") return losses;
  const sum = losses.reduce((total, loss) => total + loss, 0);
  return reduction === "mean" ? sum / losses.length : sum;
}

// Log-softmax followed by NLL.
export function crossEntropy(logits, target, reduction = "mean") {
  return nllLoss(logits.map(logSoftmax), target, reduction);
}

// What crossEntropy changes by when a logit does: p - onehot(y), divided by the number of rows under "mean".
export function crossEntropyGradient(logits, target, reduction = "mean") {
  const share = reduction === "mean" ? logits.length : 1;
  return logits.map((row, n) =>
    logSoftmax(row).map((logProb, c) => (c === target[n] ? Math.expm1(logProb) : Math.exp(logProb)) / share),
  );
}

// 1 / (1 + e^-z): softmax of the logits [0, z], its second entry. No exponential overflows.
export function sigmoid(z) {
  return z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z));
}

// Cross-entropy of the logits [0, z] with target 0 or 1: log(1 + e^z) - y z, for one example.
export function binaryCrossEntropy(z, y) {
  return Math.log1p(Math.exp(-Math.abs(z))) + (y ? Math.max(-z, 0) : Math.max(z, 0));
}
