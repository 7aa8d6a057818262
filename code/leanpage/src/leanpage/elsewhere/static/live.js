// Cells that run on the page: after a press, and a yes, since it means asking two other hosts.
(() => {
  const make = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  const here = document.currentScript.src;
  const host = (address) => new URL(address).host;

  // What this page's cells need to run stands in a file of its own, since few readers ask for it.
  const fetchCard = async () => {
    const root = new URL("../", here).href;
    const page = location.href
      .slice(root.length)
      .replace(/[?#].*/, "")
      .replace(/(^|\/)$/, "$1index")
      .replace(/\.html$/, "");
    return (await fetch(`${root}_static/live/${page}.json`)).json();
  };

  // The cells of the page, and where they belong those that the page leaves out, in the order of the chapter.
  const prepare = (card) => {
    const shown = [...document.querySelectorAll("article .cell_input pre")].filter((pre) => !pre.closest(".solution"));
    shown.forEach((pre, number) => {
      for (const source of card.hidden[number] || []) {
        const cell = make("pre", { textContent: source });
        cell.dataset.executable = "true";
        pre.closest(".cell").before(make("div", { hidden: true }, cell));
      }
      pre.dataset.executable = "true";
      pre.dataset.language = "python";
    });
  };

  const load = (card) =>
    new Promise((done, failed) => {
      document.head.append(make("link", { rel: "stylesheet", href: `${card.thebe}thebe.css` }));
      const script = make("script", {
        src: `${card.thebe}index.js`,
        crossOrigin: "anonymous",
        integrity: card.integrity,
      });
      script.onload = done;
      script.onerror = () => failed(new Error(`${host(card.thebe)} did not answer`));
      document.head.append(script);
    });

  const start = async (card, say) => {
    say(`Loading scripts from ${host(card.thebe)} …`);
    await load(card);
    prepare(card);
    say(`Waiting for a computer at ${host(card.binder)}. The first time this takes minutes …`);
    const options = {
      requestKernel: true,
      useBinder: true,
      mountStatusWidget: false,
      mountActivateWidget: false,
      mountRestartButton: false,
      mountRestartAllButton: false,
      codeMirrorConfig: { lineNumbers: false },
      binderOptions: { binderUrl: card.binder, repo: card.repo, ref: card.ref, repoProvider: card.provider },
      kernelOptions: { kernelName: "python3", path: card.folder },
    };
    const { notebook, session } = await window.thebe.bootstrap(options);
    if (!session) throw new Error(`${host(card.binder)} gave no computer`);
    // What was computed when the book was built makes room for what is computed now; captions stay.
    for (const cell of document.querySelectorAll("article .thebe-cell")) {
      const built = cell.closest(".cell")?.querySelector(":scope > .cell_output");
      for (const node of built ? built.querySelectorAll(":scope > :not(figure), figure > :not(figcaption)") : [])
        node.hidden = true;
    }
    say("Running the cells …");
    await notebook.executeAll();
    say("The cells are live: change one and press its run button.");
  };

  window.liveCode = async () => {
    document.getElementById("live-dialog")?.remove();
    const status = document.getElementById("live-status") || make("p", { id: "live-status", role: "status" });
    const card = await fetchCard().catch(() => null);
    if (!card) {
      status.textContent = "Live code needs the page as it is published, not a copy on disk.";
      document.querySelector("article").prepend(status);
      return;
    }
    const yes = make("button", { type: "button", textContent: "Leave for them and run", className: "live-yes" });
    const no = make("button", { type: "button", textContent: "Stay here" });
    const dialog = make(
      "dialog",
      { id: "live-dialog", ariaLabel: "Run the cells on this page" },
      make("p", {
        textContent:
          `To run the cells on this page, your browser will load scripts from ${host(card.thebe)} and ` +
          `cdnjs.cloudflare.com, and ask for a computer at ${host(card.binder)}. These are other people's, and learn your ` +
          "address. Waiting for the computer takes minutes.",
      }),
      make("p", {}, yes, " ", no),
    );
    no.onclick = () => dialog.close();
    yes.onclick = () => {
      dialog.close();
      document.querySelector("article").prepend(status);
      start(card, (text) => (status.textContent = text)).catch((error) => {
        status.textContent = `The cells could not be started: ${error.message}. The page is as it was built; reload it to try again.`;
      });
    };
    document.head.append(make("link", { rel: "stylesheet", href: new URL("live.css", here).href }));
    document.body.append(dialog);
    dialog.showModal();
  };
})();
