// What a stated probability p costs on average when the truth comes with probability q: confidence/costs.py in the browser,
// and the two scores of a row of class probabilities. Held to Python by tests/unit/lossbook/test_confidence_js.py.

// x log y, and 0 where x is 0: an outcome that never comes costs nothing, whatever was said of it.
const xlogy = (x, y) => (x === 0 ? 0 : x * Math.log(y));

// { error, distance, brier, log }, lower is better; log in nats. A p above one half says yes.
export function expectedCosts(q, p) {
  return {
    error: p > 0.5 ? 1 - q : q,
    distance: q * (1 - p) + (1 - q) * p,
    brier: q * (1 - p) ** 2 + (1 - q) * p ** 2,
    log: 0 - xlogy(q, p) - xlogy(1 - q, 1 - p),
  };
}

// The sum over the classes of (p_c - [c = y])^2, from 0 to 2.
export function brier(probs, y) {
  return probs.reduce((sum, p, c) => sum + (p - Number(c === y)) ** 2, 0);
}
