// Entropy, cross-entropy and divergence of two distributions, in nats, and the draws of the first-loss figure: the
// functions of measures.py and start.py. Held to torch by tests/unit/lossbook/test_information_js.py.
import { crossEntropy } from "../functional.js";

// What happens with probability q at the price of p: nothing if it never happens, whatever its price.
const cost = (q, p) => (q === 0 ? 0 : q * (0 - Math.log(p)));

// -sum_c q_c log p_c: the mean surprise of someone who believes p where q holds.
export function crossEntropyOf(q, p) {
  return q.reduce((sum, share, c) => sum + cost(share, p[c]), 0);
}

// The same for someone who knows q.
export function entropy(q) {
  return crossEntropyOf(q, q);
}

// sum_c q_c log(q_c / p_c): what believing p costs more than knowing q would.
export function divergence(q, p) {
  return q.reduce((sum, share, c) => sum + (share === 0 ? 0 : share * Math.log(share / p[c])), 0);
}

// Numbers in [0, 1) from the generator mulberry32.
export function uniforms(count, seed = 1) {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  });
}

// Standard normal numbers from them, by Box and Muller's method.
export function normals(count, seed = 1) {
  const drawn = uniforms(2 * count, seed);
  return Array.from(
    { length: count },
    (_, i) => Math.sqrt(-2 * Math.log1p(-drawn[2 * i])) * Math.cos(2 * Math.PI * drawn[2 * i + 1]),
  );
}

// The loss of each row of `draws` times `spread`, taken as logits, when class 0 is the right one.
export function rowLosses(draws, spread) {
  return crossEntropy(
    draws.map((row) => row.map((z) => spread * z)),
    draws.map(() => 0),
    "none",
  );
}
