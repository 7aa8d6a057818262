// How the book's search finds messages and names its results; Sphinx puts this among the search page's own scripts
// (html_search_scorer), after searchtools.js.
{
  // The words of a message, without the numbers, which differ from reader to reader.
  const words = (text) => new Set(text.toLowerCase().match(/[a-z_]{2,}/g));
  // The numbers decide only between entries of the same words: "loss stuck at 0.693", "loss stuck at 2.303".
  const numbers = (text) => new Set(text.match(/\d+(?:\.\d+)?/g));

  // The main entry of the index whose words are nearest to the query's, as a result of Sphinx's search. Null if none is near.
  const nearest = (query) => {
    const { docnames, filenames, indexentries, titles } = Search._index;
    const asked = words(query);
    let best = null;
    let most = 0.6;
    for (const [entry, places] of Object.entries(indexentries)) {
      const said = words(entry);
      const shared = [...asked].filter((word) => said.has(word)).length;
      const same = [...numbers(query)].some((number) => numbers(entry).has(number));
      const likeness = (2 * shared) / (asked.size + said.size) + (same ? 0.01 : 0);
      const place = places.find(([, , main]) => main);
      if (place && asked.size > 2 && likeness > most) {
        const [file, id] = place;
        best = [docnames[file], titles[file], `#${id}`, null, 100, filenames[file]];
        most = likeness;
      }
    }
    return best;
  };

  // A result that is an entry of the index is named by that entry: the chapter's title alone would not say which of its
  // many messages was found. (And Sphinx looks for a summary in the entry's empty anchor, and finds none.)
  const named = (result) => {
    const { docnames, indexentries } = Search._index;
    const [document, , anchor] = result;
    if (!/^#index-\d+$/.test(anchor)) return result;
    const here = ([file, id]) => docnames[file] === document && `#${id}` === anchor;
    const [entry] = Object.entries(indexentries).find(([, places]) => places.some(here)) ?? [""];
    result[3] = entry.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
    return result;
  };

  const perform = Search._performSearch;
  Search._performSearch = (query, ...terms) => {
    const results = perform(query, ...terms);
    const first = nearest(query);
    const others = results.filter(([document, , anchor]) => document !== first?.[0] || anchor !== first?.[2]);
    // Sphinx shows the last result first.
    return (first ? [...others, first] : results).map(named);
  };
}
