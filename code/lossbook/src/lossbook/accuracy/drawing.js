// One drawing and the model's answer to it: lossbook/accuracy/your_digit.py in the browser, and the strokes of the pen.
// A drawing is 64 integers from 0 (blank paper) to 16 (full ink), row by row. Held to torch by tests/unit/lossbook/test_your_digit.py.
import { binaryCrossEntropy, sigmoid } from "../functional.js";

export const SIDE = 8;
export const FULL = 16;
const MIDDLE = 36;

// The score z of a 7; that of a 3 is 0.
export function scoreOf(ink, weight, bias) {
  return ink.reduce((sum, level, j) => sum + (level / FULL) * weight[j], bias);
}

// What a score comes to: the probabilities of a 3 and of a 7, what either label costs in nats, and the answer, 0 for a 3
// (which gets a tie, as with argmax) or 1 for a 7.
export function answerTo(score) {
  return {
    score,
    probs: [sigmoid(-score), sigmoid(score)],
    costs: [binaryCrossEntropy(score, 0), binaryCrossEntropy(score, 1)],
    predicted: Number(score > 0),
  };
}

// The pixel with the largest |weight * ink|, the first of equals; on an empty drawing the one in the middle.
export function strongestPixel(ink, weight) {
  const pulls = ink.map((level, j) => Math.abs(level * weight[j]));
  const most = Math.max(...pulls);
  return most > 0 ? pulls.indexOf(most) : MIDDLE;
}

const RADIUS = 0.62; // of the pen, in pixels: a stroke is soft at its sides, as in scikit-learn's digits

// The drawing after a stroke from one point to another, in pixels from the upper left corner. A pixel gets as much ink as
// the pen covers of it, so that going over it again adds nothing; an eraser leaves what it does not cover.
export function stroke(ink, from, to, erase = false) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  return ink.map((level, j) => {
    const [x, y] = [(j % SIDE) + 0.5 - from.x, Math.floor(j / SIDE) + 0.5 - from.y];
    const along = length ? Math.min(Math.max((x * dx + y * dy) / length, 0), 1) : 0;
    const away = Math.hypot(x - along * dx, y - along * dy);
    const covered = Math.round(FULL * Math.min(Math.max(RADIUS + 0.5 - away, 0), 1));
    return erase ? Math.min(level, FULL - covered) : Math.max(level, covered);
  });
}
