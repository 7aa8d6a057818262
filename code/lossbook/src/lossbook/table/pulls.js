// The chain rule from scores to one weight: lossbook/table/weight_slope.py in the browser.
// Held to torch's autograd by tests/unit/lossbook/test_weight_slope.py.
import { crossEntropy, crossEntropyGradient, softmax } from "../functional.js";

// The scores with w * x[i] added to those of class c.
export function weightedLogits(logits, x, c, w) {
  return logits.map((row, i) => row.map((z, k) => (k === c ? z + w * x[i] : z)));
}

// The mean cross-entropy in nats at the weight w.
export function lossAt(logits, target, x, c, w) {
  return crossEntropy(weightedLogits(logits, x, c, w), target);
}

// What Python's Slopes holds: p, y, p - y and (p - y) x for each example, the mean of the last, and the mean loss.
export function weightSlopes(logits, target, x, c, w) {
  const z = weightedLogits(logits, x, c, w);
  const score = crossEntropyGradient(z, target, "sum").map((row) => row[c]);
  const pulls = score.map((slope, i) => slope * x[i]);
  return {
    probs: z.map((row) => softmax(row)[c]),
    right: target.map((y) => Number(y === c)),
    score,
    pulls,
    weight: pulls.reduce((sum, pull) => sum + pull, 0) / pulls.length,
    loss: crossEntropy(z, target),
  };
}
