// Checks an answer against the answer key that questions.py makes, and words the reply. Below, `read` takes a number as
// people type it. One file, so that the first exercise of a page costs one request less.
// A key holds its `kind`, the `hints`, what is `said` when the answer is given, and what the kind's checker below reads.

export const WORDS = {
  right: "Right.",
  right_is: "Right: {}.",
  empty: "Write an answer first.",
  choose: "Choose first.",
  long: "That is too long. One line is enough.",
  unreadable: "That can’t be read as a number. Write it like −0.94, 2/3, ln 5, e^−1 or 2^−3; log is ln.",
  brackets: "Is the whole fraction in the logarithm? Write ln(1/8) or ln(1)/8.",
  infinite: "That has no finite value. A number is asked for.",
  unit: "That is in {}. The answer is asked for in {}.",
  near: "Right as far as it goes. Give more digits.",
  other: "Not that.",
  hint: "Hint: {}",
  reread: "read the question once more. What is asked for, in your own words?",
  answer: "The answer: {}.",
  missing: "What you chose is right, and something is missing.",
  option: "There is no such option. Answer with letters, such as {}.",
  all: "Name each item once, such as {}.",
  shape: "That can’t be read as a shape. Write it like (N, C), (3, 5) or (N*C,), with the names of the question.",
  long_text: "That is too long. Two or three sentences are enough.",
  compare: "Compare with this: {}",
  judged_right: "Well done.",
  judged_wrong: "Read the solution, then say it once more in your own words.",
};

const LONGEST_TEXT = 2000;

const say = (name, ...parts) => parts.reduce((text, part) => text.replace("{}", () => part), WORDS[name]);
const refuse = (name, ...parts) => ({ outcome: "refused", text: say(name, ...parts) });
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const letter = (i) => String.fromCharCode(97 + i);

/**
 * Check `text` after `given` hints. Returns { state, text, given }: the reply's `text`, and as `state` "right", "wrong",
 * "shown", or null if `text` is refused and nothing changes.
 */
export function respond(key, text, given) {
  const { outcome, text: reply } = CHECKERS[key.kind](key, text);
  if (outcome !== "other") {
    return {
      state: { refused: null, right: "right", mistake: "wrong", compare: "shown" }[outcome],
      text: reply,
      given,
    };
  }
  const more = help(key, given);
  return { ...more, state: more.state ?? "wrong", text: `${reply} ${more.text}` };
}

/** The hints of a key; without any of the author's, a general one. */
export const hintsOf = (key) => (key.hints.length ? key.hints : [WORDS.reread]);

/** The next hint or, after the last, the answer, in the form that `respond` returns. */
export function help(key, given) {
  const hints = hintsOf(key);
  if (given < hints.length) return { state: null, text: say("hint", hints[given]), given: given + 1 };
  return { state: "shown", text: say(key.kind === "judge" ? "compare" : "answer", key.said), given };
}

const CHECKERS = {
  number(key, text) {
    const plain = withoutUnit(tidy(text), key.unit);
    if (plain.outcome) return plain;
    const { value, why } = tried(() => read(plain));
    if (why) return refuse(why);
    const near = (x, slack) => Math.abs(value - x) <= slack + 1e-12;
    if (near(key.answer, key.tolerance)) return { outcome: "right", text: say("right_is", key.said) };
    const named = key.mistakes.find(([wrong]) => near(wrong, key.tolerance));
    if (named) return { outcome: "mistake", text: named[1] };
    const digits = /^-?[0-9]*[.,]([0-9]+)$/.exec(plain)?.[1].length;
    if (digits && near(key.answer, 0.5 * 10 ** -digits)) return { outcome: "refused", text: WORDS.near };
    return { outcome: "other", text: WORDS.other };
  },

  choice(key, text) {
    const chosen = letters(text, key.options.length);
    if (!chosen || (!key.several && chosen.length > 1)) return refuse("option", key.several ? "a, c" : "b");
    if (!chosen.length) return refuse("choose");
    const picked = chosen.map((i) => key.options[i]);
    const wrong = picked.filter(([right]) => !right);
    if (wrong.length) return { outcome: "mistake", text: wrong.map(([, reply]) => reply).join(" ") };
    const all = key.options.filter(([right]) => right).length;
    if (key.several && picked.length < all) return { outcome: "mistake", text: WORDS.missing };
    return {
      outcome: "right",
      text:
        picked
          .map(([, reply]) => reply)
          .filter(Boolean)
          .join(" ") || WORDS.right,
    };
  },

  order(key, text) {
    const chosen = letters(text, key.answer.length);
    if (chosen?.length !== key.answer.length) return refuse("all", key.answer.map((_, i) => letter(i)).join(", "));
    return compared(chosen, key, WORDS.right);
  },

  shape(key, text) {
    const { value, why } = tried(() => shapeOf(text, key.sizes));
    if (why) return refuse(["empty", "long"].includes(why) ? why : "shape");
    return compared(value, key, say("right_is", key.said));
  },

  judge(key, text) {
    if (!tidy(text)) return refuse("empty");
    if ([...text].length > LONGEST_TEXT) return refuse("long_text");
    return { outcome: "compare", text: say("compare", key.said) };
  },
};

function compared(found, key, right) {
  if (same(found, key.answer)) return { outcome: "right", text: right };
  const named = key.mistakes.find(([wrong]) => same(found, wrong));
  return named ? { outcome: "mistake", text: named[1] } : { outcome: "other", text: WORDS.other };
}

// `plain` without the unit asked for; another unit is refused.
function withoutUnit(plain, unit) {
  const low = plain.toLowerCase();
  for (const word of [unit.toLowerCase(), unit.toLowerCase().replace(/s$/, "")]) {
    if (word && low.endsWith(word)) return plain.slice(0, plain.length - word.length).replace(/ +$/, "");
  }
  const other = /(?:^|[^a-z])(nat|bit)s?$/i.exec(plain);
  return other && unit ? refuse("unit", `${other[1].toLowerCase()}s`, unit) : plain;
}

// What `read` gives, or why the text can't be read.
function tried(read) {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { why: error.why };
  }
}

// "a, c" as [0, 2]; undefined where the text names anything else, or one thing twice.
function letters(text, count) {
  const plain = tidy(text);
  if (!/^[a-z ,.)(]*$/i.test(plain)) return undefined;
  const found = [...plain.toLowerCase().matchAll(/[a-z]/g)].map(([c]) => c.charCodeAt(0) - 97);
  return found.every((i, k) => i < count && found.indexOf(i) === k) ? found : undefined;
}

const ENCLOSED = /^(?:size|shape)? ?(?:\((.*)\)|\[(.*)\]|\{(.*)\})$/i;

// The sizes of "(N, C)", "[3, 5]", "torch.Size([3, 5])", "N x C" or "(N*C,)".
function shapeOf(text, sizes) {
  let plain = legible(text.replace(/ x |×/g, ","));
  if (plain.toLowerCase() === "scalar") return [];
  for (let match = ENCLOSED.exec(plain); match; match = ENCLOSED.exec(plain)) {
    plain = tidy(match[1] ?? match[2] ?? match[3]);
  }
  if (!plain) return [];
  const parts = plain.split(",");
  if (parts.length > 1 && !tidy(parts.at(-1))) parts.pop();
  return parts.map((part) => {
    const size = read(part, sizes);
    if (size < 0 || Math.abs(size - Math.round(size)) > 1e-9) throw new Unreadable("shape");
    return Math.round(size);
  });
}

// --- numbers as people type them ---

// Reads a number as people type it, `-0.94`, `2,5`, `ln 5`, `1/3`, `2^-3`, by recursive descent. Nothing is evaluated
// as code.
//
//     sum      = product (("+" | "-") product)*
//     product  = signed (("*" | "/") signed | power)*     a power that starts with a letter or bracket needs no sign
//     signed   = ("-" | "+") signed | power
//     power    = primary ("^" signed)?
//     primary  = simple "%"*
//     simple   = NUMBER | NAME | "(" sum ")" | FUNCTION "(" sum ")" | FUNCTION signed

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
const FUNCTIONS = {
  ln: Math.log,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  exp: Math.exp,
  sqrt: Math.sqrt,
};
const NAMES_OF_FUNCTIONS = "log_?(?:2|10)(?!\\d)|log|ln|exp|sqrt|pi|e";
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const SPELLINGS = [
  [/[−–—‐‑﹣－]/g, "-"],
  [/[×·⋅∙]|\*\*?(?!\*)/g, (sign) => (sign === "**" ? "^" : "*")],
  [/[÷∕⁄]/g, "/"],
  [/(?:math|torch|np)\./g, ""],
  [/₂/g, "2"],
  [/₁₀/g, "10"],
  [/π/g, "pi"],
  [/√/g, "sqrt"],
  [/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/g, (run) => `^(${[...run].map((c) => "0123456789-"[SUPERSCRIPTS.indexOf(c)]).join("")})`],
  [/[\t\n\r\f\v \u00a0\u2000-\u200a\u2028\u2029\u202f\u3000]+/g, " "],
  [/^ ?[=≈~]/, ""],
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
    if (sign("(")) return bracket();
    const [number, name] = take();
    if (number) return Number(number.replace(",", "."));
    if (!name) reject();
    if (Object.hasOwn(names, name)) return names[name];
    if (Object.hasOwn(known, name.toLowerCase())) return known[name.toLowerCase()];
    const word = name.toLowerCase().replace("_", "");
    return CONSTANTS[word] ?? FUNCTIONS[word](argument());
  }
  function argument() {
    if (sign("(")) return bracket();
    const value = signed();
    if (peek()[2] === "/") reject("brackets");
    return value;
  }
  function bracket() {
    const value = sum();
    return sign(")") ? value : reject();
  }

  const value = sum();
  if (at < tokens.length) reject();
  return Number.isFinite(value) ? value : reject("infinite");
}

function tokenize(text, names) {
  const own = names.sort((a, b) => b.length - a.length).map((name) => name.replace(/\W/g, "\\$&"));
  const words = [...own, NAMES_OF_FUNCTIONS].join("|");
  const number = "(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?";
  const token = new RegExp(` *(?:(${number})|(${words})|([-+*/^()%]))`, "iy");
  const found = [];
  while (token.lastIndex < text.length) found.push((token.exec(text) ?? reject()).slice(1));
  return found;
}
