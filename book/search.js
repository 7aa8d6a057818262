// How the book's search names its results; Sphinx puts this among the search page's own scripts (html_search_scorer), after
// searchtools.js. A result that is an entry of the index is named by that entry: the chapter's title alone would not say
// which of its many messages was found. (And Sphinx looks for a summary in the entry's empty anchor, and finds none.)
{
  const perform = Search._performSearch;
  Search._performSearch = (...query) => {
    const { docnames, indexentries } = Search._index;
    return perform(...query).map((result) => {
      const [document, , anchor] = result;
      if (!/^#index-\d+$/.test(anchor)) return result;
      const here = ([file, id]) => docnames[file] === document && `#${id}` === anchor;
      const [entry] = Object.entries(indexentries).find(([, places]) => places.some(here)) ?? [""];
      result[3] = entry.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
      return result;
    });
  };
}
