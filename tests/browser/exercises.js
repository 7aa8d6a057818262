// Answers an exercise as a reader would, through its form, and says what it replied.
const exercise = (name) => document.querySelector(`[data-exercise="${name}"]`);

// Lets promises settle and nothing be painted, which takes WebKit without compositing a quarter of a second.
async function settled() {
  for (let turn = 0; turn < 20; turn++) await null;
}

function fill(root, text) {
  const form = root.querySelector("form");
  if (form.dataset.kind === "choice") {
    for (const box of form.querySelectorAll(".askback-options input")) {
      const wanted = text.toLowerCase().includes(box.value) && text.length < 40;
      if (box.checked !== wanted) box.checked = wanted;
    }
    return;
  }
  if (form.dataset.kind === "order") {
    const letters = text.match(/[a-z]/gi).map((letter) => letter.toLowerCase());
    letters.forEach((letter, place) => {
      const line = () => form.querySelector(`[data-letter="${letter}"]`);
      while ([...line().parentElement.children].indexOf(line()) > place) line().querySelector(".askback-up").click();
    });
    return;
  }
  const fields = [...form.querySelectorAll(".askback-typed")];
  const texts = fields.length > 1 ? text.split("\n") : [text];
  fields.forEach((field, place) => {
    const text = texts[place] ?? "";
    field.value = field.tagName === "SELECT" ? text.replace(/[^a-z]/gi, "").toLowerCase() : text; // a menu of letters
  });
}

// What reads a typed answer comes with the first of them; here none waits for it.
async function reading(root) {
  root.querySelector("form").dispatchEvent(new Event("input"));
  for (let i = 0; i < 300 && root.dataset.reader && !window.askback.numbers; i++)
    await new Promise((done) => setTimeout(done, 50));
}

async function answer(name, text) {
  const root = exercise(name);
  await reading(root);
  fill(root, text);
  root.querySelector(".askback-check").click();
  await settled();
  return { state: root.dataset.state, reply: root.querySelector('[role="status"]').textContent };
}

async function reset(name) {
  const { model } = exercise(name);
  for (const [trait, x] of [["state", "open"], ["reply", ""], ["given", 0]]) model.set(trait, x);
  await settled();
}

async function wake(name) {
  exercise(name).scrollIntoView({ block: "center" });
  for (let i = 0; i < 300 && !("ready" in exercise(name).dataset); i++) await new Promise((done) => setTimeout(done, 50));
  await reading(exercise(name));
  return "ready" in exercise(name).dataset;
}

// Every text in turn: [[text, state, reply], ...]; each heard as if it were the first.
async function answers(name, texts) {
  if (!(await wake(name))) return [["", "asleep", ""]];
  const heard = [];
  for (const text of texts) {
    await reset(name);
    const { state, reply } = await answer(name, text);
    heard.push([text, state, reply]);
  }
  return heard;
}
