// One example of C classes whose right class is `lead` above all the others, which are level: cross-entropy taken of its
// logits, as it should be, and of its probabilities, by mistake. In nats. Held to torch by tests/unit/lossbook/test_practice.py.

// log(1 + e^x) without overflow, and without losing what is small.
const softplus = (x) => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));

// -log p of the right class, and what that changes by when its logit does: p - 1.
export function once(lead, classes) {
  const behind = Math.log(classes - 1) - lead; // log of the odds of being wrong
  const loss = softplus(behind);
  return { loss, slope: -Math.exp(behind - loss), right: Math.exp(-loss) };
}

// The same with softmax taken twice. The chain rule's factors: the second softmax's p - 1, then by how much the first
// one's lead in probability, p - r, grows with the logit; r is the probability of each of the others.
export function twice(lead, classes) {
  const { right, slope } = once(lead, classes);
  const each = -slope / (classes - 1);
  const outer = once(right - each, classes);
  const grows = right * -slope * (1 + 1 / (classes - 1));
  return { loss: outer.loss, slope: outer.slope * grows, right: outer.right };
}

// What no model can get below: probability 1 for the right class, and softmax taken of that. ln(1 + (C - 1)/e).
export function floor(classes) {
  return once(1, classes).loss;
}
