// What people type as a number, read without evaluating anything: the reader of exercises/expression.py in the browser,
// and the same grammar. Held together by tests/unit/kernelfree/test_expression.py.

const LONGEST = 200;

/** The text is no expression, or has no finite value; `why` names the words that say so. */
export class Unreadable extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
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

/** `text` with one spelling for each sign. */
export function tidy(text) {
  return SPELLINGS.reduce((so, [pattern, plain]) => so.replace(pattern, plain), text);
}

/** The finite value of the expression `text`; `names` are further names it may use. Throws `Unreadable`. */
export function read(text, names = {}) {
  if ([...text].length > LONGEST) throw new Unreadable("long");
  const plain = tidy(text);
  if (!plain) throw new Unreadable("empty");
  const value = reader(tokens(plain, names), names);
  if (!Number.isFinite(value)) throw new Unreadable("infinite");
  return value;
}

function tokens(text, names) {
  const own = Object.keys(names).sort((a, b) => b.length - a.length);
  const words = [...own.map((name) => name.replace(/\W/g, "\\$&")), WORDS].join("|");
  const token = new RegExp(
    ` *(?:((?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)|(${words})|([-+*/^()%]))`,
    "iy",
  );
  const found = [];
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match) throw new Unreadable("unreadable");
    const [, number, name, sign] = match;
    found.push(number ? { number } : name ? { name } : { sign });
  }
  return found;
}

// One function a line of the grammar.
function reader(list, names) {
  let at = 0;
  const lower = Object.fromEntries(Object.entries(names).map(([name, x]) => [name.toLowerCase(), x]));
  const unreadable = () => {
    throw new Unreadable("unreadable");
  };
  const next = () => list[at] ?? {};
  const sign = (signs) => (next().sign && signs.includes(next().sign) ? list[at++].sign : "");

  function sum() {
    let value = product();
    for (let s = sign("+-"); s; s = sign("+-")) value += (s === "+" ? 1 : -1) * product();
    return value;
  }
  function product() {
    let value = signed();
    for (;;) {
      const s = sign("*/");
      if (s === "*") value *= signed();
      else if (s === "/") value /= signed();
      else if (next().name || next().sign === "(") value *= power();
      else return value;
    }
  }
  function signed() {
    const s = sign("+-");
    if (!s) return power();
    return s === "-" ? -signed() : signed();
  }
  function power() {
    let base = primary();
    while (sign("%")) base /= 100;
    return sign("^") ? base ** signed() : base;
  }
  function primary() {
    if (sign("(")) return bracket();
    const { number, name } = list[at++] ?? {};
    if (number) return Number(number.replace(",", "."));
    if (!name) unreadable();
    if (Object.hasOwn(names, name)) return names[name];
    if (Object.hasOwn(lower, name.toLowerCase())) return lower[name.toLowerCase()];
    const word = name.toLowerCase().replace("_", "");
    return CONSTANTS[word] ?? FUNCTIONS[word](argument());
  }
  function argument() {
    if (sign("(")) return bracket();
    const value = signed();
    if (next().sign === "/") throw new Unreadable("brackets");
    return value;
  }
  function bracket() {
    const value = sum();
    if (!sign(")")) unreadable();
    return value;
  }
  const value = sum();
  if (at < list.length) unreadable();
  return value;
}
