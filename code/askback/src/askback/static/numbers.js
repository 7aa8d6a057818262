// Reads what people type, numbers and shapes, and adds what checks and words them to replies.js. On a page it comes when
// a first answer is typed: see `reader` in ask.js.
import { CHECKERS, compared, letter, mistake, OTHER, refuse, say, WORDS } from "./replies.js";

export { respond, reveal, WORDS } from "./replies.js";

Object.assign(WORDS, {
  read_as: "Read as {}. {}",
  long: "That is too long. One line is enough.",
  unreadable: "That can’t be read as a number. Write it like −0.94, 2/3, ln 5, e^−1 or 2^−3; log is ln.",
  brackets: "Is the whole fraction in the logarithm? Write ln(1/8) or ln(1)/8.",
  infinite: "That has no finite value. A number is asked for.",
  separators: "Is that one number? Write it without separators, like 1250 or 1.25.",
  one: "One answer is asked for. Which of these is it?",
  unit: "That is in {}. The answer is asked for in {}.",
  near: "Right as far as it goes. Give more digits.",
  cut: "That is cut off, not rounded. Round it, or give more digits.",
  digits: "Give more digits: several numbers could be meant.",
  percent: "If that is per cent, write {}%.",
  short: "If that is short for {}: {}",
  sign: "Check the sign. The size is right.",
  in_bits: "That would be right in bits. The answer is asked for in nats.",
  in_nats: "That would be right in nats. The answer is asked for in bits.",
  upside: "Is that upside down?",
  odds: "Those are the odds. A probability is asked for.",
  sum: "That would be right as a sum. What is the mean over {}?",
  halved: "That is divided by {} once too often.",
  shape: "That can’t be read as a shape. Write it like (N, C), (3, 5) or (N*C,), with the names of the question.",
});

Object.assign(CHECKERS, {
  number(key, text) {
    const { value: typed, why } = tried(() => quantity(text, key));
    if (why) return refuse(...[why].flat());
    const reply = judged(key, typed);
    if (typed.several && reply.state === "wrong") return refuse("one");
    const plain = typed.half || reply.state !== "wrong"; // what a wrong formula comes to is worth knowing
    return typed.doubt || !plain ? { ...reply, text: say("read_as", shown(typed.value), reply.text) } : reply;
  },

  shape(key, text) {
    const { value, why } = tried(() => shapeOf(text, key.sizes));
    if (why) return refuse(["empty", "long"].includes(why) ? why : "shape");
    return compared(value, key, say("right_is", key.said));
  },

  // Each gap by itself; those that are empty wait.
  gaps(key, text) {
    const texts = text.split("\n");
    const replies = key.parts.map((part, i) => texts[i]?.trim() && CHECKERS[part.kind](part, texts[i]));
    const heard = replies.filter(Boolean);
    if (!heard.length) return refuse("empty");
    const wrong = heard.some(({ state }) => state === "wrong");
    const right = replies.every((reply) => reply?.state === "right");
    return {
      state: wrong ? "wrong" : right ? "right" : null,
      text: replies.flatMap((reply, i) => (reply ? `${letter(i)}) ${reply.text}` : [])).join("\n"),
      unnamed: heard.some(({ unnamed }) => unnamed),
    };
  },
});

// --- which number is that? ---

// The reply to a number. A mistake is named where three digits agree; with fewer digits only where nothing else is
// meant by them, and then as a question.
function judged(key, { value, half, digits, ratio }) {
  const { answer } = key;
  const within = (x, reach) => Math.abs(value - x) <= reach + 1e-9 * Math.max(1, Math.abs(x));
  // Whole numbers and those of two digits: nobody shortens them.
  const plain = (x) => [Math.round(x), Number(x.toPrecision(2))].some((y) => Math.abs(x - y) <= 1e-6 * Math.abs(x));
  const slack = half || plain(value) ? 0 : 5e-4 * Math.abs(answer); // a formula may hold rounded numbers
  if (within(answer, Math.max(key.tolerance, slack))) return { state: "right", text: say("right_is", key.said) };
  const general = generalMistakes(key, ratio);
  const close = (found) =>
    found
      .filter(([x]) => within(x, plain(x) ? 1e-6 * Math.abs(x) : 0.005 * Math.abs(x)))
      .sort(([a], [b]) => Math.abs(value - a) - Math.abs(value - b))[0];
  const named = close(key.mistakes) ?? close(general);
  const counts = (x) => digits && 2 * half <= Math.abs(x) * (1 + 1e-9); // a significant digit of x is typed
  const rounded = ([x]) => counts(x) && Math.abs(value - x) <= half * (1 + 1e-9);
  const cut = ([x]) => counts(x) && value * x > 0 && Math.abs(value) <= Math.abs(x) && Math.abs(value - x) < 2 * half;
  const exactly = named && Math.abs(value - named[0]) <= 1e-6 * Math.abs(named[0]);
  if (named && (exactly || !rounded([answer]))) return mistake(named[1]); // 0.93 may be short for 0.925
  const [own, others] = [key.mistakes, general].map((found) => found.filter(([x]) => !plain(x)));
  const taken = own.some(rounded);
  if (rounded([answer])) return refuse(taken ? "digits" : "near");
  if (cut([answer])) return refuse(taken ? "digits" : "cut");
  if (!value && half < 0.5 && Math.abs(answer) <= half) return refuse("digits");
  for (const found of [own.filter(rounded), ...(digits > 1 ? [own.filter(cut), others.filter(rounded)] : [])]) {
    if (new Set(found.map(([, text]) => text)).size > 1) return refuse("digits");
    if (found.length) return mistake(say("short", shown(found[0][0], 4), found[0][1]));
  }
  const share = answer > 0 && answer < 1 && !key.unit;
  if (share && within(100 * answer, Math.max(1.9 * half, 0.5 * answer))) return refuse("percent", shown(value));
  return OTHER;
}

// Slips that any number may suffer, each with its reply.
function generalMistakes({ answer, unit, mean_of: n }, ratio) {
  if (!answer) return [];
  return [
    [-answer, WORDS.sign],
    [unit === "nats" && answer / Math.LN2, WORDS.in_bits],
    [unit === "bits" && answer * Math.LN2, WORDS.in_nats],
    [n && answer * n, say("sum", n)],
    [n && answer / n, say("halved", n)],
    [ratio && answer / (1 - answer), WORDS.odds],
    [1 / answer, WORDS.upside],
  ].filter(([x]) => x);
}

const shown = (x, digits = 6) => String(Number(x.toPrecision(digits))).replace("-", "−");

// What `read` gives, or why the text can't be read.
function tried(read) {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { why: error.why };
  }
}

const ENCLOSED = /^(?:size|shape)? ?[([](.*)[)\]]$/i;

// The sizes of "(N, C)", "[3, 5]", "torch.Size([3, 5])", "N x C", "(3 5)" or "(N*C,)".
function shapeOf(text, sizes) {
  const bare = (name) => name.replace(/_/g, "");
  const known = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [bare(name), size]));
  let plain = legible(text.normalize("NFKC").replace(/(?<=[\w)]) *(?:[xX×]|by|\\times) *(?=[\w(])/g, ","))
    .replace(/\.$/, "")
    .split("=")
    .at(-1)
    .replace(/_\((\w+)\)|_/g, "$1")
    .replace(/^ ?(?:an? )?(?:size|shape)?:? ?| (?:matrix|tensor|table|array)$/gi, "");
  if (/^(scalar|none)$/i.test(plain)) return [];
  for (let match = ENCLOSED.exec(plain); match; match = ENCLOSED.exec(plain)) plain = tidy(match[1]);
  if (!plain) return [];
  const parts = plain.replace(/(\w) (?=\w)/g, "$1,").split(",");
  if (parts.length > 1 && !tidy(parts.at(-1))) parts.pop();
  return parts.map((part) => {
    const size = read(part, known);
    if (size < 0 || Math.abs(size - Math.round(size)) > 1e-9) reject("shape");
    return Math.round(size);
  });
}

// --- numbers as people type them ---

const ONES = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const PARTS = "third fourth fifth sixth seventh eighth ninth tenth".split(" ");
const WORD_NUMBERS = {
  ...Object.fromEntries(ONES.map((word, i) => [word, i])),
  ...Object.fromEntries(PARTS.map((word, i) => [word, `(1/${i + 3})`])),
  ...Object.fromEntries(TENS.map((word, i) => [word, 10 * i + 20])),
  ...{
    hundred: "(100)",
    thousand: "(1000)",
    hundredth: "(1/100)",
    none: 0,
    nothing: 0,
    minus: "-",
    half: "(1/2)",
    quarter: "(1/4)",
  },
};
const WORDY = [
  [/ or (?:fewer|less|more|below|above)\b/g, ""],
  [/\bnegative[,:]? */g, "-"],
  [
    new RegExp(`\\b(${TENS.join("|")})[ -](${ONES.slice(1, 10).join("|")})\\b`, "g"),
    (_, ten, one) => WORD_NUMBERS[ten] + WORD_NUMBERS[one],
  ],
  [/ ?\b(?:percent(?:age)?|per ?cent|pct)\b(?: points?)?/g, "%"],
  [/[a-z]+/g, (word) => WORD_NUMBERS[word] ?? WORD_NUMBERS[word.replace(/s$/, "")] ?? word],
  [/([\d.,]+) \((100|1000)\)/g, "($1*$2)"],
  [/(\d) point (?=\d)/g, "$1."],
  [/\bnot [^,:;]+[,:;] */g, ""],
  [/(\d) +(?:in|of|out of|over) +(?=[\d(])/g, "$1/"],
  [/(\/ ?\d{1,3}),(?=\d{3}\b)/g, "$1"],
  [/ \((?=[\d.,]+ ?%?\)$)(.*)\)$/, "; $1"],
  [/(\d) ?x ?(?=\d)/g, "$1*"],
  [/ and (?:a |one |1 )?(?=\()/g, "+"],
];
// Words that are no ornament: without them a number would be another one.
const WEIGHTY = /\b(?:e|pi|ln|lg|log\w*|exp|sqrt|abs|max|min|hundred|thousand|million|billion|dozen|k|m|x)\b/;
const LEAD = new RegExp(`^(?:(?!${WEIGHTY.source})[a-z_'.:]+ +| +)*`);

/**
 * Read the number in `text`: { value, half, digits, ratio, several, doubt }. `half` is half a unit of its last digit, 0 for a
 * formula; `digits` how many significant ones it has, 0 if it can be no rounded number; `several` whether there were other
 * numbers; `doubt` whether anything was left out that had to be guessed.
 */
function quantity(text, key) {
  const whole = legible(text).toLowerCase();
  // Of a count, "72 of 200" is 72.
  const count = key.answer > 1 ? whole.replace(/(\d) (?:out )?of \d[\d,]*$/, "$1") : whole;
  const plain = WORDY.reduce((so, [pattern, clear]) => so.replace(pattern, clear), count);
  if (/ or /.test(plain)) reject("one");
  if (/<.*>/.test(plain)) reject();
  const parts = plain.split(/ ?(?:;|, | and |, and ) ?/).filter(Boolean);
  const told = parts.filter((part) => /[\d∞]|\b(?:e|pi|inf\w*|nan)\b/.test(part)); // and not "yes"
  const found = (told.length ? told : parts).map((part) => tried(() => single(part, key)));
  const own = found.filter(({ value }) => value?.own);
  const { value, why } = own.length === 1 ? own[0] : found.at(-1);
  if (why) reject(why);
  const other = (one) => one.value && Math.abs(one.value.value - value.value) > one.value.half + value.half + 1e-9;
  const several = own.length !== 1 && found.some(other);
  return { ...value, several, doubt: value.doubt || parts.length > 1 || count !== whole };
}

function single(text, key) {
  // p = 0.3, x > 2/3, about 1.6, the answer is 5
  const sides = text.split(/[=≈~<>≤≥→]+/).filter((side) => side.trim());
  let plain = sides.pop() ?? reject("empty");
  const [lead] = LEAD.exec(plain);
  let doubt = sides.length > 0 || /[a-z]{2}/.test(lead);
  plain = plain.slice(lead.length).replace(/[ .!?,:]+$/, "");
  // 2.08 nats, 72 pictures, (nats)
  let own = false;
  const [, start, words] = /^(.*[\d)%]) *[([]? *(?:in )?([a-z][a-z '/.-]*?)[.)\]]*$/.exec(plain) ?? [];
  if (words && !WEIGHTY.test(words)) {
    const [unit, asked] = [words, key.unit].map((phrase) => phrase.split(/[ /]/)[0].replace(/s$/, ""));
    const ours = /^(nat|bit)$/.test(unit);
    own = unit === asked;
    if (ours && asked && !own) reject(["unit", `${unit}s`, key.unit]);
    plain = start;
    doubt ||= !ours && !own;
  }
  if (/^[-+]?(?:inf\w*|∞|nan|undefined)$/.test(plain)) reject("infinite");
  // 1,074 is a decimal number where the answer is small; 1 074 is not.
  if (Math.abs(key.answer) >= 1000) plain = plain.replace(/(\d)[ '’_,](?=\d{3}(?!\d))/g, "$1");
  else if (/^[-+]?\d{1,3}(?:[ '’_]\d{3}|,\d{3}(?=[,.]))/.test(plain)) reject("separators");
  const mixed = plain.replace(/^([-+]?)(\d+) (\d+\/\d+)$/, "$1($2+$3)"); // 3 1/2
  const ratio = mixed.replace(/^([^:]+?) ?(?::| to ) ?([^:]+)$/, "($1)/($2)"); // 2 : 1
  doubt ||= ratio !== plain;
  const [number, whole, decimals = "", power = 0, percent] =
    /^[-+]?(\d*)(?:[.,](\d*))?(?:e([-+]?\d+))?(%?)$/.exec(ratio) ?? [];
  const half = number ? (0.5 * 10 ** (power - decimals.length)) / (percent ? 100 : 1) : 0;
  const significant = number ? (whole + decimals).replace(/^0+/, "").length : 0;
  const digits = decimals || significant > 1 ? significant : 0;
  return { value: read(ratio), half, digits, ratio: ratio !== mixed, doubt, own };
}

// Reads an expression by recursive descent. Nothing is evaluated as code.
//
//     sum      = product (("+" | "-") product)*
//     product  = signed (("*" | "/") signed | power)*     a power that starts with a letter or bracket needs no sign
//     signed   = ("-" | "+") signed | power
//     power    = primary ("^" signed)?
//     primary  = simple "%"*
//     simple   = NUMBER | NAME | "(" sum ")" | FUNCTION "(" sum ("|" sum)? ")" | FUNCTION signed

const LONGEST = 200; // characters; no sensible answer is longer

/** The text is no expression, or has no finite value. `why` is the name of the words that say so. */
export class Unreadable extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

function reject(why = "unreadable") {
  throw new Unreadable(why);
}

const CONSTANTS = { e: Math.E, pi: Math.PI };
const log = (x, base = Math.E) => (base === Math.E ? Math.log(x) : Math.log(x) / Math.log(base));
const FUNCTIONS = {
  ln: log,
  log,
  loge: log,
  log2: Math.log2,
  log10: Math.log10,
  lg: Math.log10,
  exp: Math.exp,
  sqrt: Math.sqrt,
  abs: Math.abs,
  max: Math.max,
  min: Math.min,
};
const NAMES_OF_FUNCTIONS = "log_?(?:2|10)(?!\\d)|log_e|log|ln|lg|exp|sqrt|abs|max|min|pi|e";
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const SPELLINGS = [
  [/[\u00ad\u200b-\u200f\u2060\ufeff]/g, ""],
  [/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/g, (run) => `^(${[...run].map((c) => "0123456789-"[SUPERSCRIPTS.indexOf(c)]).join("")})`],
  [/(\d*) ?([¼½¾⅐-⅞])/g, (_, whole, part) => `(${whole || 0}+${part.normalize("NFKC")})`],
  [/[^\n-~]+/g, (run) => run.normalize("NFKC")],
  [/[−–—‐‑]/g, "-"],
  [/\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}/g, "(($1)/($2))"],
  [/[×·⋅∙]|\\(?:cdot|times)|\*\*?(?!\*)/g, (sign) => (sign === "**" ? "^" : "*")],
  [/\\approx\b/g, "≈"],
  [/[\\$]/g, ""],
  [/\{/g, "("],
  [/\}/g, ")"],
  [/[÷∕⁄]/g, "/"],
  [/(?:math|torch|np)\./g, ""],
  [/\|([^|]+)\|/g, "abs($1)"],
  [/\b(max|min)\(([^,;|]*)[,;]/g, "$1($2|"],
  [/\blog\(([^,()]*), (?=\w)/g, "log($1|"],
  [/π/g, "pi"],
  [/√/g, "sqrt"],
  [/[\t\n\r\f\v \u2028\u2029]+/g, " "],
  [/^ | $/g, ""],
];

/** Give each sign in `text` one spelling. */
export function tidy(text) {
  return SPELLINGS.reduce((so, [pattern, plain]) => so.replace(pattern, plain), text);
}

/** Tidy the `text` of an expression. Throws `Unreadable` if there is none, or too much. */
export function legible(text) {
  if ([...text].length > LONGEST) reject("long");
  return tidy(text) || reject("empty");
}

/** Compute the finite value of the expression `text`, which may use `names`, such as sizes. Throws `Unreadable`. */
export function read(text, names = {}) {
  const known = Object.fromEntries(Object.entries(names).map(([name, x]) => [name.toLowerCase(), x]));
  const tokens = tokenize(legible(text), Object.keys(names));
  let at = 0;
  // A token is [number, name, sign], of which one is there.
  const peek = () => tokens[at] ?? [];
  const take = () => tokens[at++] ?? [];
  const sign = (signs) => (peek()[2] && signs.includes(peek()[2]) ? take()[2] : "");

  function sum() {
    let value = product();
    for (let s = sign("+-"); s; s = sign("+-")) value = s === "+" ? value + product() : value - product();
    return value;
  }
  function product() {
    let value = signed();
    for (;;) {
      const s = sign("*/");
      if (s) value = s === "*" ? value * signed() : value / signed();
      else if (peek()[1] || peek()[2] === "(") value *= power();
      else return value;
    }
  }
  function signed() {
    const s = sign("+-");
    return s ? (s === "-" ? -signed() : signed()) : power();
  }
  function power() {
    const base = primary();
    return sign("^") ? base ** signed() : base;
  }
  function primary() {
    let value = simple();
    while (sign("%")) value /= 100;
    return value;
  }
  function simple() {
    if (sign("(")) return bracket()[0];
    const [number, name] = take();
    if (number) return Number(number.replace(",", "."));
    if (!name) reject();
    if (Object.hasOwn(names, name)) return names[name];
    if (Object.hasOwn(known, name.toLowerCase())) return known[name.toLowerCase()];
    const word = name.toLowerCase().replace("_", "");
    return CONSTANTS[word] ?? FUNCTIONS[word](...argument());
  }
  function argument() {
    if (sign("(")) return bracket();
    const value = signed();
    if (peek()[2] === "/") reject("brackets");
    return [value];
  }
  function bracket() {
    const values = [sum()];
    while (sign("|")) values.push(sum());
    return sign(")") ? values : reject();
  }

  const value = sum();
  if (at < tokens.length) reject();
  return Number.isFinite(value) ? value : reject("infinite");
}

function tokenize(text, names) {
  const own = names.sort((a, b) => b.length - a.length).map((name) => name.replace(/\W/g, "\\$&"));
  const words = [...own, NAMES_OF_FUNCTIONS].join("|");
  const number = "(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?";
  const token = new RegExp(` *(?:(${number})|(${words})|([-+*/^()%|]))`, "iy");
  const found = [];
  while (token.lastIndex < text.length) found.push((token.exec(text) ?? reject()).slice(1));
  return found;
}
