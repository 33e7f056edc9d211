// The search box: live, with completion, its mistakes underlined. A combobox as WAI-ARIA describes it.
// All data goes through textContent.
const SEND_AFTER_MS = 650;
const COMPLAIN_AFTER_MS = 700;
const BEGINNINGS = ["tag:", "date:", "length:", "folder:", "is:"];
const SPELLED = ["field", "number", "state", "codec"];

function attributes(node, values) {
  for (const [name, value] of Object.entries(values)) node.setAttribute(name, value);
  return node;
}

function iconButton(className, label, icon) {
  const button = attributes(element("button", className), { type: "button", "aria-label": label, title: label });
  button.append(drawn(icon));
  return button;
}

function buildSearch() {
  const root = attributes(element("form", "search"), { role: "search" });
  const field = element("div", "field");
  const mirror = attributes(element("div", "mirror"), { "aria-hidden": "true" });
  const input = attributes(element("input"), {
    type: "text", role: "combobox", "aria-label": "Search", "aria-autocomplete": "list", "aria-controls": "found",
    "aria-expanded": "false", "aria-describedby": "problem", "aria-keyshortcuts": "/", autocomplete: "off",
    autocapitalize: "off", spellcheck: "false", enterkeyhint: "search", maxlength: "1000", placeholder: "Search",
  });
  const clear = iconButton("clear", "Clear the search", "cross");
  const list = attributes(element("ul", "found"), { id: "found", role: "listbox", "aria-label": "Proposals" });
  const problem = attributes(element("p", "problem"), { id: "problem", role: "status" });
  list.hidden = problem.hidden = clear.hidden = true;
  field.append(drawn("glass"), mirror, input, clear);
  root.append(field, list, problem);
  return {
    root, field, mirror, input, clear, list, problem,
    options: [], active: -1, known: "", pending: [], error: null, valid: null, due: null,
    timer: 0, complaint: 0, asked: null,
  };
}

function searchBox(tell) {
  const box = buildSearch();
  const { root, input, list, clear } = box;

  function mark() {
    const text = input.value;
    const error = box.error;
    clear.hidden = !text;
    input.setAttribute("aria-invalid", String(Boolean(error)));
    box.problem.hidden = !error;
    box.problem.textContent = error ? error.message : "";
    if (!error) {
      box.mirror.replaceChildren();
      return;
    }
    // An end of the text that is missing is underlined as a blank behind it.
    const end = Math.max(error.end, error.start + 1);
    box.mirror.replaceChildren(
      element("span", "", text.slice(0, error.start)),
      element("span", "mistake", text.slice(error.start, end) || "\u00a0"),
      element("span", "", text.slice(end)),
    );
    box.mirror.scrollLeft = input.scrollLeft;
  }

  function activate(number) {
    box.active = number;
    box.options.forEach(({ node }, index) => node.setAttribute("aria-selected", String(index === number)));
    if (number < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", box.options[number].node.id);
      box.options[number].node.scrollIntoView({ block: "nearest" });
    }
  }

  function open(is) {
    list.hidden = !is;
    input.setAttribute("aria-expanded", String(is));
    if (!is) activate(-1);
  }

  function option(choice, number) {
    const saved = choice.kind === "saved";
    const node = attributes(element("li", saved ? "kept" : ""), {
      id: "found-" + number, role: "option", "aria-selected": "false",
    });
    if (saved) node.append(drawn("star"));
    // What is written in a way of its own stands there as it is written.
    const spelled = SPELLED.includes(choice.kind);
    node.append(
      element("span", "words", spelled ? choice.insert : choice.words),
      element("span", "kind", spelled ? choice.words : saved ? choice.insert : choice.kind),
    );
    node.addEventListener("click", () => choose(number));
    return { node, choice };
  }

  function propose(completions, all) {
    // Behind a blank everything may follow: that is shown to whoever asks.
    const some = all || !input.value || completions.some(({ start, end }) => end > start);
    // Into an empty box: what is kept, and what is asked for most; a letter brings the others.
    const shown = input.value || all ? completions : completions.filter(({ kind, insert }) => kind !== "field" || BEGINNINGS.includes(insert));
    box.options = some ? shown.map(option) : [];
    list.replaceChildren(...box.options.map(({ node }) => node));
    activate(-1);
    open(box.options.length > 0 && root.contains(root.getRootNode().activeElement));
  }

  async function ask_(withList, all) {
    box.asked?.abort();
    const asked = (box.asked = new AbortController());
    const text = input.value;
    let answer;
    try {
      answer = await ask("complete", { q: text, at: input.selectionStart ?? text.length }, asked.signal);
    } catch {
      // A newer question, or no server: the page says so itself.
      return;
    }
    if (text !== input.value) return;
    clearTimeout(box.complaint);
    if (!answer.error) {
      box.error = null;
      mark();
      tell.chips(text, answer.chips);
    } else if (box.error) {
      box.error = answer.error;
      mark();
    } else {
      // Half a word is no mistake yet.
      box.complaint = setTimeout(() => {
        if (text !== input.value) return;
        box.error = answer.error;
        mark();
      }, COMPLAIN_AFTER_MS);
    }
    box.valid = answer.error ? null : text;
    if (box.valid !== null && box.due === text) send();
    if (withList) propose(answer.completions, all);
  }

  function send() {
    clearTimeout(box.timer);
    box.due = null;
    const text = input.value;
    if (text === (box.pending.at(-1) ?? box.known)) return;
    box.pending.push(text);
    tell.query(text);
  }

  function typed(withList) {
    if (box.error && box.error.start > input.value.length) box.error = null;
    mark();
    window.dispatchEvent(new CustomEvent("organizer-query", { detail: { text: input.value } }));
    ask_(withList);
    clearTimeout(box.timer);
    box.timer = setTimeout(() => {
      if (box.valid === input.value) send();
      else box.due = input.value;
    }, SEND_AFTER_MS);
  }

  // From anywhere on the page: a chip that is taken away, the panel of filters, a tag that is clicked.
  function set(text, focus) {
    input.value = text;
    box.error = null;
    mark();
    open(false);
    window.dispatchEvent(new CustomEvent("organizer-query", { detail: { text } }));
    ask_(false);
    send();
    if (focus) input.focus();
  }

  function choose(number) {
    const { insert, start, end, kind } = box.options[number].choice;
    const goesOn = kind === "field" || /[:>]$/.test(insert);
    const rest = input.value.slice(end);
    const before = input.value.slice(0, start) + insert + (goesOn || /^\s/.test(rest) ? "" : " ");
    input.value = before + rest;
    input.focus();
    input.setSelectionRange(before.length, before.length);
    open(false);
    typed(goesOn);
  }

  function submit() {
    if (box.active >= 0 && !list.hidden) {
      choose(box.active);
      return;
    }
    open(false);
    ask_(false).then(() => {
      clearTimeout(box.complaint);
      if (box.valid === input.value) send();
      else complain();
    });
  }

  async function complain() {
    try {
      const text = input.value;
      const answer = await ask("complete", { q: text, at: text.length });
      if (text !== input.value || !answer.error) return;
      box.error = answer.error;
      mark();
      input.setSelectionRange(answer.error.start, Math.max(answer.error.end, answer.error.start));
    } catch {
      // No server: the page says so itself.
    }
  }

  input.addEventListener("input", () => typed(true));
  input.addEventListener("scroll", () => (box.mirror.scrollLeft = input.scrollLeft));
  input.addEventListener("focus", () => ask_(true));
  input.addEventListener("click", () => list.hidden && ask_(true));
  input.addEventListener("blur", () => {
    open(false);
    // What was typed counts with the click that leaves the box.
    // Sent before the click is: what comes after it would undo what the click did. What is no search changes nothing.
    if (!box.error) send();
  });
  // The box keeps the focus, or its proposals would be gone before the click on one.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  clear.addEventListener("click", () => set("", true));
  input.addEventListener("keydown", (event) => {
    // Single keys may be shortcuts of the page; here they are letters.
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        ask_(true, true);
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      const count = box.options.length + 1;
      activate(((box.active + 1 + step + count) % count) - 1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      submit();
    } else if (event.key === "Tab" && box.active >= 0 && !event.shiftKey) {
      event.preventDefault();
      choose(box.active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (!list.hidden) open(false);
      else if (input.value) set("", true);
      else input.blur();
    }
  });

  function update(text) {
    const at = box.pending.indexOf(text);
    if (at >= 0) {
      box.pending = box.pending.slice(at + 1);
      box.known = text;
    } else if (text !== box.known) {
      box.pending = [];
      box.known = text;
      clearTimeout(box.timer);
      if (input.value !== text) input.value = text;
      box.error = null;
      mark();
      if (text) ask_(false);
    }
  }

  // Whether a search stands here that the page's script has not answered yet, or will hear of in a moment.
  function isAhead(text) {
    return box.pending.length > 0 || (box.valid === input.value && input.value !== text);
  }

  root.addEventListener("submit", (event) => event.preventDefault());
  return { box, set, update, submit, isAhead };
}
