// What people type, read without evaluating anything: numbers as exercises/expression.py reads them, and the shapes of
// tensors as exercises/tensors.py does. The grammar stands there. Held together by tests/unit/kernelfree/test_expression.py
// and test_tensors.py. One file, since that weighs less.

const LONGEST = 200;

/** The text is no expression, or has no finite value; `why` names the words that say so. */
export class Unreadable extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

export function refuse(why = "unreadable") {
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

/** `text` with one spelling for each sign. */
export function tidy(text) {
  return SPELLINGS.reduce((so, [pattern, plain]) => so.replace(pattern, plain), text);
}

/** The tidy `text` of an expression. Throws `Unreadable` if there is none, or more than any sensible answer. */
export function legible(text) {
  if ([...text].length > LONGEST) refuse("long");
  return tidy(text) || refuse("empty");
}

/** The finite value of the expression `text`; `names` are further names it may use. Throws `Unreadable`. */
export function read(text, names = {}) {
  const plain = legible(text);
  const own = Object.keys(names).sort((a, b) => b.length - a.length);
  const words = [...own.map((name) => name.replace(/\W/g, "\\$&")), WORDS].join("|");
  const token = new RegExp(
    ` *(?:((?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)|(${words})|([-+*/^()%]))`,
    "iy",
  );
  const lower = Object.fromEntries(Object.entries(names).map(([name, x]) => [name.toLowerCase(), x]));
  const { next, sign, need, sum, signed, all } = reader(plain, token, { primary, apply, juxtaposed });

  function primary() {
    let value = simple();
    while (sign("%")) value /= 100;
    return value;
  }
  function simple() {
    if (sign("(")) return bracket();
    const [number, name] = next(1);
    if (number) return Number(number.replace(",", "."));
    if (!name) refuse();
    if (Object.hasOwn(names, name)) return names[name];
    if (Object.hasOwn(lower, name.toLowerCase())) return lower[name.toLowerCase()];
    const word = name.toLowerCase().replace("_", "");
    return CONSTANTS[word] ?? FUNCTIONS[word](argument());
  }
  // No sign is needed in "2 ln 5" and "2(3)".
  function juxtaposed() {
    return next()[1] || next()[2] === "(";
  }
  function argument() {
    if (sign("(")) return bracket();
    const value = signed();
    if (next()[2] === "/") refuse("brackets");
    return value;
  }
  function bracket() {
    const value = sum();
    need(")");
    return value;
  }

  const value = all();
  if (!Number.isFinite(value)) refuse("infinite");
  return value;
}

function apply(a, b, sign) {
  return sign === "+" ? a + b : sign === "-" ? a - b : sign === "*" ? a * b : sign === "/" ? a / b : a ** b;
}

/**
 * The grammar that numbers and tensors share, sums of products of powers, over `text` cut by `token` into number, name
 * or sign. `primary()` reads what stands between the signs, `apply(a, b, sign)` combines, and `juxtaposed()` says
 * whether a factor follows without a sign.
 */
export function reader(text, token, { primary, apply, juxtaposed = () => false }) {
  const list = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    list.push((token.exec(text) ?? refuse()).slice(1));
  }
  let at = 0;
  // The next token; `steps` further on after it.
  const next = (steps = 0) => {
    at += steps;
    return list[at - steps] ?? [];
  };
  const sign = (signs) => (next()[2] && signs.includes(next()[2]) ? next(1)[2] : "");
  const need = (one) => sign(one) || refuse();

  function sum() {
    let value = product();
    for (let s = sign("+-"); s; s = sign("+-")) value = apply(value, product(), s);
    return value;
  }
  function product() {
    let value = signed();
    for (;;) {
      const s = sign("*/@");
      if (s) value = apply(value, signed(), s);
      else if (juxtaposed()) value = apply(value, power(), "*");
      else return value;
    }
  }
  function signed() {
    const s = sign("+-");
    return s ? apply(0, signed(), s) : power();
  }
  function power() {
    const base = primary();
    return sign("^") ? apply(base, signed(), "^") : base;
  }
  function all() {
    const value = sum();
    if (at < list.length) refuse();
    return value;
  }
  return { next, sign, need, sum, signed, all };
}

// --- the shapes of tensors: exercises/tensors.py ---

// A tensor is the array of its sizes. A number that is not whole is NaN, which can be neither a size nor an axis.
const misfit = () => refuse("misfit");
const isTensor = Array.isArray;
const tensor = (x) => (isTensor(x) ? x : refuse());
const whole = (x) => (x === (x | 0) ? x : refuse()); // 32 bits are enough for a size
const size = (x) => (whole(x) < 0 ? misfit() : x);
const place = (x, count) => (whole(x) < -count || x >= count ? misfit() : x < 0 ? x + count : x);
// The axis, or undefined for all.
const axis = (a, dim) => (dim === undefined ? dim : place(dim, a.length || 1));
const product = (sizes) => sizes.reduce((a, b) => a * b, 1);

function broadcast(a, b) {
  if (a.length < b.length) return broadcast(b, a);
  return a.map((x, i) => {
    const y = b[i - a.length + b.length] ?? 1;
    return x === y || y === 1 ? x : x === 1 ? y : misfit();
  });
}

function matmul(a, b) {
  if (!a.length || !b.length || a.at(-1) !== (b.at(-2) ?? b[0])) misfit();
  return [...broadcast(a.slice(0, -2), b.slice(0, -2)), ...a.slice(-2, -1), ...b.slice(1).slice(-1)];
}

function combine(a, b, sign) {
  if (sign === "@") return matmul(tensor(a), tensor(b));
  const [x, y] = [a, b].map((one) => (typeof one === "number" ? [] : tensor(one)));
  if (isTensor(a) || isTensor(b)) return broadcast(x, y);
  return { "+": a + b, "-": a - b, "*": a * b }[sign] ?? Number.NaN;
}

function reduce(a, dim, keep = false) {
  const only = axis(a, dim);
  if (typeof keep !== "boolean") refuse();
  return a.flatMap((size, i) => (i !== (only ?? i) ? size : keep ? 1 : []));
}

function squeeze(a, dim) {
  const only = axis(a, dim);
  return a.filter((size, i) => size !== 1 || i !== (only ?? i));
}

function unsqueeze(a, dim) {
  const at = place(dim, a.length + 1);
  return [...a.slice(0, at), 1, ...a.slice(at)];
}

function reshape(a, ...to) {
  const free = -product(a) / product(to.map(whole));
  const sizes = to.map((x) => size(x === -1 ? Math.floor(free) : x));
  return product(sizes) === product(a) ? sizes : misfit();
}

// Name -> what it makes of a tensor's sizes, how many arguments it needs behind the tensor, and their names.
const METHODS = new Map(
  [
    ["exp log", (a) => a, 0],
    ["log_softmax softmax", (a, dim) => reduce(a, dim) && a, 1, "dim"],
    ["argmax mean sum", reduce, 0, "dim", "keepdim"],
    ["logsumexp", reduce, 1, "dim", "keepdim"],
    ["squeeze", squeeze, 0, "dim"],
    ["unsqueeze", unsqueeze, 1, "dim"],
    ["reshape view", reshape, 1, "", "", "", ""],
  ].flatMap(([names, ...known]) => names.split(" ").map((name) => [name, known])),
);
const TOKEN = / *(?:([0-9]{1,9}\.?[0-9]*|\.[0-9]+)|(?:F\.)?([A-Za-z_]\w*)|([-+*/^@.,:=()[\]]))/y;

/**
 * What the expression `text` comes to, the array of its sizes if it is a tensor, and the set of the names in it. `names`
 * gives the shapes and sizes that it may use. Throws `Unreadable`; its why is "misfit" where torch would throw.
 */
export function measure(text, names) {
  const { next, sign, need, sum, all } = reader(legible(text), TOKEN, { primary, apply: combine });
  const known = { True: true, False: false, None: null, ...names };
  const used = new Set();

  function primary() {
    let value = simple();
    for (;;) {
      if (sign("[")) value = indexed(tensor(value));
      else if (!sign(".")) return value;
      else if (next()[1] !== "T") value = call(next(1)[1], [value]);
      else if (next(1)) value = tensor(value).length > 2 ? misfit() : [...value].reverse();
    }
  }
  function simple() {
    if (sign("(")) return closed(sum());
    const [number, name] = next(1);
    if (number) return number.includes(".") ? Number.NaN : Number(number);
    if (name && next()[2] === "(") return /^a?range$/.test(name) ? [size(need("(") && closed(sum()))] : call(name, []);
    if (!Object.hasOwn(known, name)) refuse();
    used.add(name);
    return known[name];
  }
  function closed(value) {
    need(")");
    return value;
  }
  function call(name, given) {
    const [f, needed, ...words] = METHODS.get(name) ?? refuse();
    need("(");
    for (let comma = false; !sign(")"); comma = true) {
      if (comma) need(",");
      const at = words.indexOf(next()[1] ?? 0);
      if (at >= 0) need(next(1) && "=");
      given[at < 0 ? given.length : at + 1] = sum();
    }
    const [a, ...rest] = given;
    if (rest.length < needed || rest.length > words.length || rest.includes(undefined)) refuse();
    return f(tensor(a), ...rest);
  }
  // What stands in brackets behind a tensor, an axis at a time. Tensors that pick share an axis: where the first stands
  // if there is nothing between them, else the front.
  function indexed(a) {
    const rest = [];
    let [at, where, picked] = [0, 0];
    do {
      const from = next()[2] === ":" ? 0 : sum();
      const count = from === null ? 1 : (a[at++] ?? misfit());
      if (from === null) rest.push(1);
      else if (sign(":")) {
        const to = ",]".includes(next()[2]) ? count : sum();
        rest.push(Array(count).slice(whole(from), whole(to)).length);
      } else if (!isTensor(from)) place(from, count);
      else if (from.length) {
        where = picked && where !== rest.length ? 0 : rest.length;
        picked = broadcast(picked ?? [], from);
      }
    } while (sign(","));
    need("]");
    rest.push(...a.slice(at));
    rest.splice(where, 0, ...(picked ?? []));
    return rest;
  }

  const sizes = all();
  const unused = Object.keys(names).find((name) => isTensor(names[name]) && !used.has(name));
  return isTensor(sizes) ? { sizes, unused } : refuse();
}
