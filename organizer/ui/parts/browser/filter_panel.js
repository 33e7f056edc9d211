// Filters by pointing: each control only changes the words of the search. The server says which words, by
// "/api/filters": asked with a change it answers with the search that comes of it, and what it holds then.
// All data goes through textContent.
const FEW_TAGS = 9;

function filterPanel(change) {
  const button = attributes(element("button", "filter-button"), {
    type: "button", "aria-expanded": "false", "aria-controls": "filters", "aria-label": "Filter",
  });
  const badge = element("span", "badge");
  const panel = attributes(element("div", "filters"), { id: "filters", role: "dialog", "aria-label": "Filter", tabindex: "-1" });
  const head = element("div", "head");
  const close = iconButton("close", "Close", "cross");
  const body = element("div", "body");
  const problem = attributes(element("p", "problem"), { role: "status" });
  button.append(drawn("filter"), element("span", "words", "Filter"), badge);
  head.append(element("h2", "", "Filter"), close);
  const done = attributes(element("button", "done", "Show the videos"), { type: "button" });
  panel.append(head, problem, body, done);
  panel.hidden = problem.hidden = badge.hidden = true;
  const state = { text: "", stamp: undefined, changes: 0, last: Promise.resolve(), parts: null };

  function show(is) {
    panel.hidden = !is;
    button.setAttribute("aria-expanded", String(is));
    document.documentElement.toggleAttribute("data-organizer-filters", is);
    if (is) {
      load({});
      panel.focus();
    } else button.focus();
  }

  // Changes one after the other, each of what the one before made; they show all that is new, too.
  function load(edit) {
    if (edit.set) {
      state.changes += 1;
      state.last = state.last.then(() => ask_(edit)).finally(() => (state.changes -= 1));
    } else if (!state.changes) ask_(edit);
  }

  async function ask_(edit) {
    const text = state.text;
    let answer;
    try {
      answer = await ask("filters", { q: text, ...edit });
    } catch {
      // No server: the page says so itself.
      return;
    }
    if (text !== state.text || (state.changes && !edit.set)) return;
    problem.hidden = !answer.problem;
    problem.textContent = answer.problem ?? "";
    if (answer.problem) return;
    state.text = answer.text;
    if (!state.parts) {
      state.parts = filterParts(answer, load);
      body.replaceChildren(...state.parts.map(({ root }) => root));
    }
    for (const part of state.parts) part.update(answer);
    if (!edit.set) panel.querySelector('.tag [aria-pressed="true"]')?.scrollIntoView({ block: "nearest" });
    else if (answer.text !== text) change(answer.text);
  }

  button.addEventListener("click", () => show(panel.hidden));
  close.addEventListener("click", () => show(false));
  done.addEventListener("click", () => show(false));
  panel.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") show(false);
  });

  // The search is another one now: by its own box, or after a change that was made here.
  function note(text, chips) {
    badge.hidden = !chips;
    badge.textContent = chips;
    button.setAttribute("aria-label", chips ? "Filter, " + chips + " in use" : "Filter");
    if (text === state.text) return;
    state.text = text;
    if (!panel.hidden) load({});
  }

  function update(text, { chips, stamp }) {
    const other = state.stamp !== stamp;
    state.stamp = stamp;
    if (text === state.text && other && !panel.hidden) load({});
    note(text, chips);
  }
  return { button, panel, note, update };
}

function group(words) {
  const root = attributes(element("div", "group"), { role: "group", "aria-label": words });
  root.append(element("h3", "", words));
  return root;
}

function filterParts(answer, load) {
  return [
    tagRows(load),
    ...answer.choices.map((choice) => choiceField(choice.part, choice.words, load)),
    dateFields(load),
    folderField(load),
  ];
}

function tagRows(load) {
  const root = group("Tags");
  const find = attributes(element("input", "find"), {
    type: "text", "aria-label": "Find a tag", placeholder: "Find a tag", autocomplete: "off", spellcheck: "false",
  });
  const list = element("ul", "tags");
  const none = element("p", "none", "There is no tag yet.");
  root.append(find, list, none);

  const sift = () => {
    const words = find.value.trim().toLocaleLowerCase();
    for (const row of list.children) row.hidden = !row.dataset.words.includes(words);
  };
  find.addEventListener("input", sift);

  function row(tag) {
    const node = element("li", "tag");
    node.dataset.words = tag.words.toLocaleLowerCase();
    const press = (className, label, is, use, ...inside) => {
      const made = attributes(element("button", className), {
        type: "button", "aria-pressed": String(is), "aria-label": label, title: label,
      });
      made.dataset.focus = className + " " + tag.name;
      made.append(...inside);
      made.addEventListener("click", () => load({ set: "tag", name: tag.name, to: is ? "" : use }));
      return made;
    };
    const number = tag.videos.toLocaleString("en");
    node.append(
      press("with", tag.words + ": " + number, tag.use === "with", "with",
        element("span", "words", tag.words), element("span", "number", number)),
    );
    if (tag.maybes || tag.use === "maybe") {
      const maybes = tag.maybes.toLocaleString("en");
      node.append(press("maybe", "Maybe " + tag.words + ": " + maybes, tag.use === "maybe", "maybe",
        element("span", "number", maybes + "?")));
    }
    node.append(press("without", "Without " + tag.words, tag.use === "without", "without", drawn("minus")));
    node.classList.toggle("left-out", tag.use === "without");
    return node;
  }

  function update(answer) {
    const focused = root.getRootNode().activeElement?.dataset?.focus;
    list.replaceChildren(...answer.tags.map(row));
    none.hidden = answer.tags.length > 0;
    find.hidden = answer.tags.length < FEW_TAGS;
    sift();
    if (focused) [...list.querySelectorAll("button")].find((made) => made.dataset.focus === focused)?.focus();
  }
  return { root, update };
}

function choiceField(part, words, load) {
  const root = element("label", "choice", words);
  const select = element("select");
  root.append(select);
  select.addEventListener("change", () => load({ set: part, to: select.value }));
  function update(answer) {
    const { options, value } = answer.choices.find((choice) => choice.part === part);
    select.replaceChildren(
      ...options.map(([option, shown]) => Object.assign(element("option", "", shown), { value: option })),
    );
    select.value = value;
  }
  return { root, update };
}

function field(words, type, load, part) {
  const root = element("label", "", words);
  const input = attributes(element("input"), { type, autocomplete: "off" });
  root.append(input);
  let known = "";
  const apply = () => {
    if (input.value !== known) load({ set: part, to: input.value });
  };
  // A day that is typed counts when the field is left, or with Enter: a year of one digit is none yet.
  input.addEventListener("blur", apply);
  input.addEventListener("keydown", (event) => event.key === "Enter" && apply());
  // The little calendar: nothing was typed, so it counts at once.
  let typing = false;
  input.addEventListener("keydown", () => (typing = true));
  input.addEventListener("pointerdown", () => (typing = false));
  input.addEventListener("change", () => typing || apply());
  return {
    root, input,
    show(value) {
      known = value;
      if (root.getRootNode().activeElement !== input || !typing) input.value = value;
    },
  };
}

function dateFields(load) {
  const root = group("Taken");
  const pair = element("div", "pair");
  const fields = [field("From", "date", load, "from"), field("Until", "date", load, "until")];
  pair.append(...fields.map((made) => made.root));
  root.append(pair);
  return {
    root,
    update({ first_day, last_day, days }) {
      [first_day, last_day].forEach((value, number) => {
        attributes(fields[number].input, { min: days[0], max: days[1] });
        fields[number].show(value);
      });
    },
  };
}

function folderField(load) {
  const made = field("Folder", "text", load, "folder");
  made.root.className = "choice";
  made.input.placeholder = "Words of its name";
  return { root: made.root, update: ({ folder }) => made.show(folder) };
}
