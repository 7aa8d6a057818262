// How the book's search ranks and names its results; Sphinx puts it among the search page's own scripts (html_search_scorer).
// The weights are Sphinx's. A result that is an entry of the index is named by that entry: the chapter's title alone would
// not say which of its many messages was found.
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  score(result) {
    const [document, , anchor, , score] = result;
    if (/^#index-\d+$/.test(anchor)) {
      const { docnames, indexentries } = Search._index;
      const here = ([file, id]) => docnames[file] === document && `#${id}` === anchor;
      const [entry] = Object.entries(indexentries).find(([, places]) => places.some(here)) ?? [""];
      result[3] = entry.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
    }
    return score;
  },
};
