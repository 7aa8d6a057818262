// Calibration in the browser: confidence/metrics.py's reliability and calibration_error, and the loss at a temperature.
// A picture is { right, gaps }: how far the other classes' logits lie below the largest, in any order, the right class's first.
// Held to Python by tests/unit/lossbook/test_confidence_js.py.

// Confidence and loss of one picture at temperature T: 1 over the sum of e^(-gap / T), and its logarithm plus the right gap.
export function tempered({ gaps }, T) {
  let sum = 0;
  for (const gap of gaps) sum += Math.exp(-gap / T);
  return { confidence: 1 / sum, loss: Math.log(sum) + gaps[0] / T };
}

// Groups of similar confidence over (0, 1], those that hold anything: { confidence, accuracy, count } each.
export function reliability(confidences, rights, bins) {
  const groups = Array.from({ length: bins }, () => ({ confidence: 0, accuracy: 0, count: 0 }));
  confidences.forEach((sure, i) => {
    const group = groups[Math.min(Math.max(Math.ceil(sure * bins), 1), bins) - 1];
    group.confidence += sure;
    group.accuracy += Number(rights[i]);
    group.count += 1;
  });
  return groups
    .filter(({ count }) => count > 0)
    .map(({ confidence, accuracy, count }) => ({ confidence: confidence / count, accuracy: accuracy / count, count }));
}

// The gap between confidence and accuracy, averaged over predictions.
export function calibrationError(groups) {
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  return (
    groups.reduce((sum, { confidence, accuracy, count }) => sum + Math.abs(confidence - accuracy) * count, 0) / total
  );
}

// Accuracy, mean confidence, mean loss and groups of many pictures at one temperature.
export function judge(pictures, T, bins) {
  const each = pictures.map((picture) => tempered(picture, T));
  const mean = (f) => each.reduce((sum, one) => sum + f(one), 0) / each.length;
  const rights = pictures.map(({ right }) => right);
  return {
    accuracy: rights.filter(Boolean).length / rights.length,
    confidence: mean((one) => one.confidence),
    loss: mean((one) => one.loss),
    groups: reliability(
      each.map((one) => one.confidence),
      rights,
      bins,
    ),
  };
}

// Pictures travel as a text: for each the gaps in hundredths, the right class's first, in base 36, commas between; the sign
// "+" before a picture whose answer is right. A blank separates two pictures.
export function unpack(text) {
  return text.split(" ").map((one) => ({
    right: one[0] === "+",
    gaps: one
      .replace("+", "")
      .split(",")
      .map((gap) => parseInt(gap, 36) / 100),
  }));
}
