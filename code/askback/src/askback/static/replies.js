// Checks an answer against the answer key that questions.py makes, and words the reply. numbers.js adds what is typed.
// A key holds its `kind`, the `hints`, what is `said` when the answer is given, and what the kind's checker below reads.

export const WORDS = {
  right: "Right.",
  right_is: "Right: {}.",
  solved: "You solved this one.",
  first: "Now with the numbers of the text again.",
  empty: "Write an answer first.",
  offline: "What checks the answer did not arrive. Are you online? Then check once more.",
  choose: "Choose first.",
  other: "Not that.",
  reread: "Read the question once more. What is asked for, in your own words?",
  answer: "The answer: {}.",
  offer: "You may try on, or see the answer.",
  missing: "What you chose is right, and something is missing.",
  option: "There is no such option. Answer with letters, such as {}.",
  all: "Name each item once, such as {}.",
  long_text: "That is too long. Two or three sentences are enough.",
  short_text: "Write a sentence first.",
  compare: "Compare with this: {}",
  judged_right: "Well done.",
  judged_wrong: "Read the solution, then say it once more in your own words.",
};

const LONGEST_TEXT = 2000;
const SHORTEST_TEXT = 10;

export const say = (name, ...parts) => parts.reduce((text, part) => text.replace("{}", () => part), WORDS[name]);
export const refuse = (name, ...parts) => ({ state: null, text: say(name, ...parts) });
export const mistake = (text) => ({ state: "wrong", text });
export const OTHER = { state: "wrong", text: WORDS.other, unnamed: true };
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
export const letter = (i) => String.fromCharCode(97 + i);

/**
 * Check `text` after `given` hints. Returns { state, text, given }: the reply's `text`, and as `state` "right", "wrong",
 * "shown", or null if `text` is refused and costs nothing. A wrong answer that has no name earns a hint.
 */
export function respond(key, text, given) {
  const { state, text: reply, unnamed } = CHECKERS[key.kind](key, text);
  const insight = state === "right" && key.insight ? ` ${key.insight}` : "";
  return { state, text: reply + insight, given: unnamed && given < hintsOf(key).length ? given + 1 : given };
}

/** The hints of a key; without any of the author's, a general one. */
export const hintsOf = (key) => (key.hints.length ? key.hints : [WORDS.reread]);

/** The answer, in the form that `respond` returns. */
export function reveal(key, given) {
  const said = key.kind === "judge" ? key.said : key.said.replace(/\.$/, "");
  return { state: "shown", text: say(key.kind === "judge" ? "compare" : "answer", said), given };
}

export const CHECKERS = {
  choice(key, text) {
    const chosen = letters(text, key.options.length);
    if (!chosen || (!key.several && chosen.length > 1)) return refuse("option", key.several ? "a, c" : "b");
    if (!chosen.length) return refuse("choose");
    const replies = (wanted) =>
      chosen
        .filter((i) => key.options[i][1] && key.options[i][0] === wanted)
        .map((i) => (key.several ? `${letter(i)}) ` : "") + key.options[i][1])
        .join("\n");
    if (chosen.some((i) => !key.options[i][0])) return mistake(replies(0));
    const all = key.options.filter(([right]) => right).length;
    if (chosen.length < all) return mistake(WORDS.missing);
    return { state: "right", text: replies(1) || WORDS.right };
  },

  order(key, text) {
    const chosen = letters(text, key.answer.length);
    if (chosen?.length !== key.answer.length) return refuse("all", key.answer.map((_, i) => letter(i)).join(", "));
    return compared(chosen, key, WORDS.right);
  },

  judge(key, text) {
    const length = [...text.trim()].length;
    if (length > LONGEST_TEXT) return refuse("long_text");
    return length < SHORTEST_TEXT ? refuse(length ? "short_text" : "empty") : reveal(key);
  },
};

// "a, c" as [0, 2]; undefined where the text names anything else, or one thing twice.
function letters(text, count) {
  if (!/^[a-z ,.)(]*$/i.test(text)) return undefined;
  const found = [...text.toLowerCase().matchAll(/[a-z]/g)].map(([c]) => c.charCodeAt(0) - 97);
  return found.every((i, k) => i < count && found.indexOf(i) === k) ? found : undefined;
}

export function compared(found, key, right) {
  if (same(found, key.answer)) return { state: "right", text: right };
  const named = key.mistakes.find(([wrong]) => same(found, wrong));
  return named ? mistake(named[1]) : OTHER;
}
