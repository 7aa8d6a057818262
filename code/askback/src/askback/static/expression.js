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

function refuse(why = "unreadable") {
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
const WORDS = "log_?(?:2|10)(?!\\d)|log|ln|exp|sqrt|pi|e";
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
  if ([...text].length > LONGEST) refuse("long");
  return tidy(text) || refuse("empty");
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
    if (!name) refuse();
    if (Object.hasOwn(names, name)) return names[name];
    if (Object.hasOwn(known, name.toLowerCase())) return known[name.toLowerCase()];
    const word = name.toLowerCase().replace("_", "");
    return CONSTANTS[word] ?? FUNCTIONS[word](argument());
  }
  function argument() {
    if (sign("(")) return bracket();
    const value = signed();
    if (peek()[2] === "/") refuse("brackets");
    return value;
  }
  function bracket() {
    const value = sum();
    return sign(")") ? value : refuse();
  }

  const value = sum();
  if (at < tokens.length) refuse();
  return Number.isFinite(value) ? value : refuse("infinite");
}

function tokenize(text, names) {
  const own = names.sort((a, b) => b.length - a.length).map((name) => name.replace(/\W/g, "\\$&"));
  const words = [...own, WORDS].join("|");
  const number = "(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?";
  const token = new RegExp(` *(?:(${number})|(${words})|([-+*/^()%]))`, "iy");
  const found = [];
  while (token.lastIndex < text.length) found.push((token.exec(text) ?? refuse()).slice(1));
  return found;
}
