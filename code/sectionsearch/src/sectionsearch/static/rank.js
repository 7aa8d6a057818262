// From what a reader types to the documents that answer it, best first. Nothing here touches the page.
globalThis.sectionsearch ??= {};
{
  // --- words, as words.py splits them -------------------------------------------------------------------------------

  const TOKEN = /[0-9]+(?:\.[0-9]+)+|[\p{L}\p{M}\p{N}_]+(?:-[\p{L}\p{M}\p{N}_]+)*/gu;
  const JOINT = /[_-]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/;
  const UNSPACED = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+/g;
  const OPTIONAL = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g;
  const NUMBER = /^[0-9]+(\.[0-9]+)*$/;
  const LONGEST = 40;

  const split = (text, stem) => {
    const plain = text.normalize("NFKC").replace(/['’](?:s(?![\p{L}\p{M}\p{N}_]))?/gu, "");
    return (plain.replace(UNSPACED, " $& ").match(TOKEN) ?? []).flatMap((token) => {
      if (token.match(UNSPACED)) {
        return Array.from({ length: Math.max(1, token.length - 1) }, (_, i) => token.slice(i, i + 2));
      }
      if (NUMBER.test(token)) return [token];
      const parts = token.split(JOINT).filter(Boolean);
      if (parts.length > 1 && parts.length < 5) parts.push(parts.join(""));
      return parts
        .filter((part) => (part.length > 1 && part.length < LONGEST) || /^\p{Nd}$/u.test(part))
        .map((part) => part.toLowerCase())
        .map((word) => (word.length > 2 ? stem(word) : word).normalize("NFD").replace(OPTIONAL, "").normalize("NFC"));
    });
  };

  // The message at the end of a traceback, without the lines before it.
  const message = (query) => query.match(/.*\b((?:[A-Z]\w*)?(?:Error|Exception|Warning): .*)/s)?.[1] ?? query;

  // How many letters of `a` are wrong, left out, too many or swapped beside `b`; Infinity for more than `most`.
  const slips = (a, b, most) => {
    const near = a[0] === b[0] || a[1] === b[1] || a[0] === b[1] || a[1] === b[0];
    if (!near || Math.abs(a.length - b.length) > most) return Infinity;
    if ([...a].filter((letter) => !b.includes(letter)).length > most) return Infinity;
    let [before, last] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
    for (let i = 1; i <= a.length; i++) {
      const row = [i];
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] !== b[j - 1]));
        const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
        if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      if (Math.min(...row) > most) return Infinity;
      [before, last] = [last, row];
    }
    return last[b.length] > most ? Infinity : last[b.length];
  };

  // Whether a number of the book is the reader's with fewer or more digits, as 0.693 and 0.6931 are.
  const sameNumber = (own, typed) =>
    own.includes(".") &&
    typed.includes(".") &&
    (own.startsWith(typed) || typed.startsWith(own) || Number(typed).toFixed(own.split(".")[1].length) === own);

  const contains = (words, part) => words.some((_, i) => part.every((word, j) => words[i + j] === word));
  // How many words follow each other in a name as they do in a query, as a share of all that do in one of them.
  const sharedPairs = (name, typed) => {
    const pairs = typed.slice(1).filter((word, i) => contains(name, [typed[i], word]));
    return (2 * pairs.length) / Math.max(1, typed.length + name.length - 2);
  };

  const byScore = (a, b) => b.score - a.score || a.number - b.number;

  // --- the index ----------------------------------------------------------------------------------------------------

  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  // How much a word counts in the names of a document, in its text, in its code.
  const FIELDS = [5, 1, 0.5];
  // What it adds to the likeness of a name and a query, which is from 0 to 1, if they are the same phrase.
  const PHRASE = 0.5;
  const KINDS = { figure: 0.7, table: 0.7, exercise: 0.7, solution: 0.5 };

  class Index {
    // `data` is what index.py makes.
    constructor(data, stem) {
      this.stem = stem;
      this.pages = data.pages;
      this.documents = data.documents;
      this.words = data.words.split(" ");
      this.packed = new Map(data.counts.split(" ").map((packed, place) => [this.words[place], packed]));
      this.stopped = new Set(data.stopped);
      this.lengths = Array.from(data.lengths, (digit) => 2 ** (DIGITS.indexOf(digit) / 4));
      this.mean = this.lengths.reduce((sum, length) => sum + length, 0) / this.lengths.length;
      this.synonyms = data.synonyms.map((words) => words.map((phrase) => split(phrase, stem)));
      this.names = new Map();
    }

    // The documents that answer a query, best first: BM25 over words, and how much their names are like the query.
    search(query) {
      const typed = split(message(query), this.stem);
      const groups = this.groups(typed);
      const weigh = (some) => some.reduce((sum, group) => sum + group.weight, 0);
      const total = weigh(groups.filter((group) => group.typed)) || weigh(groups);
      const found = new Map();
      for (const { meanings, weight, typed } of groups) {
        const counts = new Map();
        for (const [word, likely] of meanings) {
          for (const [number, count] of this.counts(word)) {
            counts.set(number, Math.max(counts.get(number) ?? 0, (likely * count) / (count + 1.2)));
          }
        }
        for (const [number, count] of counts) {
          const result = found.get(number) ?? { number, score: 0 };
          result.score += (weight / total) * (count + (typed ? 0.5 : 0));
          found.set(number, result);
        }
      }
      const words = new Map(groups.flatMap(({ meanings }) => [...meanings]));
      const results = [...found.values()].sort(byScore).slice(0, 100);
      for (const result of results) {
        const around = this.around(result.number);
        const likeness = this.namesOf(result.number).map(
          (name) => this.likeness(name, around, words, total) + PHRASE * sharedPairs(name, typed),
        );
        result.named = Math.max(...likeness);
        result.name = likeness.indexOf(result.named);
        result.score = (result.score + result.named) * (KINDS[this.documents[result.number][3]] ?? 1);
      }
      results.sort(byScore);
      return { words, total, results: results.filter(({ score }) => score > 0.25 * results[0].score) };
    }

    // The words of a query that the book has, or others that they may mean, and what its synonyms add.
    groups(typed) {
      const groups = new Map();
      const add = (word, meanings, typed) => {
        const most = Math.max(...meanings.values());
        const likeliest = [...meanings.keys()].filter((own) => meanings.get(own) === most);
        const weight = Math.max(...likeliest.map((own) => this.weight(own)));
        if (meanings.size && !groups.has(word)) groups.set(word, { meanings, weight, typed });
      };
      for (const word of typed) add(word, this.meanings(word, word === typed.at(-1)), true);
      for (const [key, ...others] of this.synonyms) {
        if (!contains(typed, key)) continue;
        for (const word of others.flat()) if (this.packed.has(word)) add(word, new Map([[word, 0.6]]), false);
      }
      return [...groups.values()];
    }

    // The words of the index that a typed word may mean, each with how likely that is.
    meanings(typed, last) {
      const found = new Map(this.packed.has(typed) ? [[typed, 1]] : []);
      const add = (likely, is) => {
        for (const word of this.words) if (is(word) && !found.has(word)) found.set(word, likely(word));
      };
      if (NUMBER.test(typed))
        add(
          () => 0.8,
          (word) => NUMBER.test(word) && sameNumber(word, typed),
        );
      if (NUMBER.test(typed) || this.stopped.has(typed)) return found;
      if (last || !found.size)
        add(
          (word) => (0.8 * typed.length) / word.length,
          (word) => word.startsWith(typed),
        );
      if (found.size || typed.length < 4) return found;
      // Nobody uses it: a slip of the fingers, two words in one, or another ending.
      for (let most = 1; most <= (typed.length < 6 ? 1 : 2) && !found.size; most++) {
        add(
          () => 0.6,
          (word) => word.length > 2 && slips(typed, word, most) <= most,
        );
      }
      for (let end = 3; end <= typed.length - 3 && !found.size; end++) {
        const halves = [typed.slice(0, end), typed.slice(end)].map((half) => this.stem(half));
        if (halves.every((half) => this.packed.has(half))) for (const half of halves) found.set(half, 0.8);
      }
      for (let end = typed.length - 1; end >= 4 && end > 0.4 * typed.length && !found.size; end--) {
        if (this.packed.has(typed.slice(0, end))) found.set(typed.slice(0, end), 0.5);
      }
      return found;
    }

    // What a word tells: a rare one much, little if everybody uses it.
    weight(word) {
      if (this.stopped.has(word)) return 0.2;
      return Math.log(1 + this.documents.length / (1 + (this.packed.get(word) ?? "").length / 1.3));
    }

    // In which documents a word is, and how much it counts there.
    counts(word) {
      const counts = new Map();
      this.packed
        .get(word)
        .split(",")
        .forEach((packed, field) => {
          let [number, distance] = [0, 0];
          for (const digit of packed) {
            const value = DIGITS.indexOf(digit);
            distance = distance * 32 + (value & 31);
            if (value >= 32) continue;
            // A dot, which is no digit, is one more of the same word.
            if (digit !== ".") number += distance;
            distance = 0;
            const norm = field ? 0.4 + (0.6 * this.lengths[number]) / this.mean : 1;
            counts.set(number, (counts.get(number) ?? 0) + FIELDS[field] / norm);
          }
        });
      return counts;
    }

    // The words of a document's title and of each of its index entries.
    namesOf(number) {
      if (!this.names.has(number)) {
        const [, , , , title, entries] = this.documents[number];
        this.names.set(
          number,
          [title, ...entries].map((name) => split(name, this.stem)),
        );
      }
      return this.names.get(number);
    }

    // The words in the titles of what a document is part of.
    around(number) {
      const parent = this.documents[number][2];
      return parent < 0 ? [] : [...this.namesOf(parent)[0], ...this.around(parent)];
    }

    // How much a name and a query have in common: 1 if they are the same words.
    likeness(name, around, words, total) {
      let [shared, all] = [0, 0];
      for (const word of new Set(name)) {
        shared += (words.get(word) ?? 0) * this.weight(word);
        // A number that is not the same is the reader's own.
        if (words.has(word) || !NUMBER.test(word)) all += this.weight(word);
      }
      for (const word of new Set(around)) {
        if (!name.includes(word)) shared += 0.5 * (words.get(word) ?? 0) * this.weight(word);
      }
      return (2 * Math.min(shared, total)) / (all + total) || 0;
    }

    // Put those first, among results that are nearly as good, in whose `text` the words stand close together.
    refine({ results, ...query }) {
      for (const result of results) {
        result.passage = this.passage(result.text, query);
        result.score += 0.3 * result.passage.near;
      }
      return results.sort(byScore);
    }

    // The place of a text where the words stand closest together: its tokens, which of them are words of the query,
    // the number of the first, and how much of the query is there, from 0 to 1.
    passage(text, { words, total }, length = 30) {
      const tokens = [...text.matchAll(TOKEN)];
      const hits = tokens.map(([token]) => split(token, this.stem).filter((word) => words.has(word)));
      let [start, most] = [0, 0];
      hits.forEach((hit, from) => {
        const seen = new Set();
        let sum = 0;
        for (let i = from; hit.length && i < Math.min(from + length, tokens.length); i++) {
          for (const word of hits[i].filter((word) => !seen.has(word))) {
            // Words in a row are a phrase.
            sum += words.get(word) * this.weight(word) * (i > from && hits[i - 1].length ? 1 : 0.7);
            seen.add(word);
          }
        }
        if (sum > most) [start, most] = [from, sum];
      });
      return { tokens, hits, start, near: Math.min(1, most / total) };
    }
  }

  Object.assign(globalThis.sectionsearch, { split, message, slips, Index });
}
