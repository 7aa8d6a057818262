// What a mean loss is divided by. A batch: `losses[i]`, minus the log-probability of row i's class, in nats; `target[i]`, its
// class; `weight[c]`, the classes' weights; `ignored[i]`, whether the row is left out. Held to torch by tests/unit/lossbook/test_practice.py.

// Of each row: the factor before its loss, and what it counts in the denominator of the mean. A class index brings its class's
// weight into both, an ignored one nothing. Probabilities are weighted in the numerator alone, and a row of them counts as
// one; it can only be left out by making it all zeros, and then still counts.
export function parts({ losses, target, weight, ignored, kind }) {
  return losses.map((loss, i) => {
    const factor = ignored[i] ? 0 : weight[target[i]];
    return { loss, factor, counts: kind === "class indices" ? factor : 1 };
  });
}

// The numerator, the denominator and the mean of some rows; 0 / 0 is NaN, as in torch.
export function mean(rows) {
  const above = rows.reduce((sum, row) => sum + row.factor * row.loss, 0);
  const below = rows.reduce((sum, row) => sum + row.counts, 0);
  return { above, below, mean: above / below };
}
