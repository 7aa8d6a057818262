// Accuracy and cross-entropy along a line in weight space: lossbook/accuracy/staircase.py in the browser, in float64.
// A line is { offset, slope, target }: class 1's logit of example i is offset[i] + slope[i] * w; target is 0 or 1.
// Held to torch by tests/unit/lossbook/test_one_weight.py.
import { binaryCrossEntropy, sigmoid } from "../functional.js";

// Pictures travel as texts, one letter a pixel: "a" is 0, "q" is 16 sixteenths of full ink.
export function unpack(pictures) {
  return pictures.map((text) => Float64Array.from(text, (letter) => (letter.charCodeAt(0) - 97) / 16));
}

// The line on which only weight[pixel] moves, and w is its value.
export function weightLine(pictures, target, weight, bias, pixel) {
  const others = (x) => x.reduce((sum, ink, j) => (j === pixel ? sum : sum + ink * weight[j]), bias);
  return { offset: pictures.map(others), slope: pictures.map((x) => x[pixel]), target };
}

const mean = ({ offset }, f) => {
  let sum = 0;
  for (let i = 0; i < offset.length; i++) sum += f(i);
  return sum / offset.length;
};

const logit = (line, i, w) => line.offset[i] + line.slope[i] * w;

// Share of examples read right; a logit of exactly 0 is read as class 0.
export function accuracy(line, w) {
  return mean(line, (i) => Number(logit(line, i, w) > 0) === line.target[i]);
}

// Mean cross-entropy in nats.
export function crossEntropy(line, w) {
  return mean(line, (i) => binaryCrossEntropy(logit(line, i, w), line.target[i]));
}

// Its derivative by w: the mean of (p - y) * slope.
export function crossEntropySlope(line, w) {
  return mean(line, (i) => (sigmoid(logit(line, i, w)) - line.target[i]) * line.slope[i]);
}

// How many readings differ between two values of the weight.
export function flips(line, from, to) {
  return line.offset.filter((_, i) => logit(line, i, from) > 0 !== logit(line, i, to) > 0).length;
}

// Every position at which some reading flips, rising; an example that is blank there has none.
export function edges(line) {
  const found = line.offset.flatMap((offset, i) => (line.slope[i] === 0 ? [] : [-offset / line.slope[i] + 0]));
  return [...new Set(found)].sort((a, b) => a - b);
}

// The level pieces of accuracy between low and high: { from, to, height }.
export function treads(line, low, high) {
  const ends = [low, ...edges(line).filter((edge) => edge > low && edge < high), high];
  return ends.slice(1).map((to, k) => ({ from: ends[k], to, height: accuracy(line, (ends[k] + to) / 2) }));
}
