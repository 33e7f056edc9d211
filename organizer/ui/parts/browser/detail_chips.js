// The tags of the video as chips, with yes, no and undo. An answer shows at once; what the page's script says of it
// then puts it right.
const ANSWERED = { yes: "you said yes", no: "you said no" };

function tagChips(page) {
  const root = element("ul", "chips");
  root.setAttribute("aria-label", "Tags");
  const chips = { root, key: "", nodes: new Map(), tags: [], meanwhile: new Map(), answered: [] };

  chips.show = (data) => {
    if (chips.key !== data.key) {
      chips.key = data.key;
      chips.nodes = new Map();
      chips.meanwhile = new Map();
      chips.answered = [];
      root.replaceChildren();
    }
    for (const [name, local] of chips.meanwhile) if (local.number <= data.acknowledged) chips.meanwhile.delete(name);
    chips.data = data;
    chips.draw();
  };

  // In the order in which they were first shown, so that nothing moves away below the pointer.
  chips.draw = () => {
    const known = new Map(chips.data.chips.map((tag) => [tag.name, tag]));
    for (const [name, local] of chips.meanwhile) {
      if (local.state === null) known.delete(name);
      else known.set(name, { ...(known.get(name) ?? blank(name)), ...local });
    }
    const order = [...chips.nodes.keys()].filter((name) => known.has(name));
    order.push(...[...known.keys()].filter((name) => !chips.nodes.has(name)));
    for (const [name, chip] of chips.nodes) {
      if (!known.has(name)) {
        chip.node.remove();
        chips.nodes.delete(name);
      }
    }
    chips.tags = order.map((name) => ({ ...known.get(name), label: known.get(name).shown }));
    chips.tags.forEach((tag, index) => {
      if (!chips.nodes.has(tag.name)) {
        const chip = buildChip(page, tag.name);
        chips.nodes.set(tag.name, chip);
        root.append(chip.node);
      }
      drawChip(chips.nodes.get(tag.name), tag, index + 1);
    });
    root.hidden = !chips.tags.length;
    page.showMarks();
  };

  const note = (name, local, action) => {
    const number = page.actions.act({ key: chips.key, tag: name, ...action });
    chips.meanwhile.set(name, { ...local, number });
    chips.draw();
  };

  chips.say = (name, answer) => {
    const tag = chips.tags.find((each) => each.name === name);
    if (!tag || tag.state === answer || (answer === "no" && tag.state === "gone")) return;
    const local = answer === "no" && tag.own
      ? { state: "gone", words: "taken away by you", entry: null }
      : { state: answer, words: ANSWERED[answer], entry: null };
    chips.answered.push(name);
    note(name, local, { do: answer });
    page.say(tag.label + ": " + (local.state === "gone" ? "taken away" : answer));
  };

  chips.undo = (name) => {
    const tag = chips.tags.find((each) => each.name === name);
    if (!tag || !["yes", "no", "gone"].includes(tag.state)) return;
    // What stood there before is known when the answer comes; until then it is open.
    note(name, { state: "open", words: "", entry: null }, { do: "undo", entry: tag.entry });
    page.say(tag.label + ": undone");
  };

  chips.add = (name) => {
    const known = chips.tags.find((each) => each.name === name);
    chips.answered.push(name);
    note(name, { state: "yes", words: known && !known.own ? ANSWERED.yes : "added by you", entry: null }, { do: "add" });
  };

  chips.answer = (digit, answer) => {
    const tag = chips.tags[digit - 1];
    if (tag) chips.say(tag.name, answer);
    else page.say("There is no tag " + digit);
  };

  chips.undoLast = () => {
    const said = chips.answered.pop() ?? "";
    // What was typed may be a tag that is written in another way; no two tags differ in that alone.
    const tag = chips.tags.find(({ name }) => alike(name, said));
    if (tag) chips.undo(tag.name);
    else page.say("Nothing to undo here");
  };
  return chips;
}

function alike(one, other) {
  return one.normalize().toLowerCase() === other.normalize().toLowerCase();
}

function blank(name) {
  return { name, shown: name, spans: [], colour: "#7183a0", own: true, entry: null };
}

function buildChip(page, name) {
  const node = element("li", "chip");
  const digit = element("kbd", "digit");
  digit.setAttribute("aria-hidden", "true");
  const dot = element("span", "dot");
  const title = element("button", "name");
  title.type = "button";
  const words = element("span", "words");
  const yes = drawnButton("answer yes", "check", "Yes");
  const no = drawnButton("answer no", "cross", "No");
  const undo = element("button", "undo", "Undo");
  undo.type = "button";
  const text = element("span", "text");
  text.append(title, words);
  node.append(digit, dot, text, yes, no, undo);
  // The second click of a double click is none.
  const once = (run) => (event) => event.detail > 1 || run();
  yes.addEventListener("click", once(() => page.chips.say(name, "yes")));
  no.addEventListener("click", once(() => page.chips.say(name, "no")));
  undo.addEventListener("click", once(() => {
    yes.focus();
    page.chips.undo(name);
  }));
  title.addEventListener("click", () => page.playMark(name));
  for (const event of ["pointerenter", "focusin"]) node.addEventListener(event, () => page.choose(name));
  for (const event of ["pointerleave", "focusout"]) node.addEventListener(event, () => page.choose(""));
  return { node, digit, dot, title, words, yes, no, undo };
}

function drawChip(chip, tag, number) {
  const { node, digit, title, words, yes, no, undo } = chip;
  const maybe = tag.state === "maybe";
  node.dataset.tag = tag.name;
  node.dataset.state = tag.state;
  node.style.setProperty("--tag", tag.colour);
  digit.textContent = number < 10 ? number : "";
  title.textContent = tag.label + (maybe ? "?" : "");
  const seen = tag.spans.length ? ". Play where it is seen" : "";
  title.disabled = !tag.spans.length;
  title.title = tag.spans.length ? "Play where it is seen" : "";
  title.setAttribute("aria-label", (maybe ? "maybe " : "") + tag.label + seen);
  words.textContent = tag.words;
  redraw(yes, "check", "Yes, " + tag.label, number < 10 ? String(number) : "");
  redraw(no, "cross", tag.own ? "Take " + tag.label + " away" : "No, not " + tag.label, number < 10 ? "Shift+" + number : "");
  yes.setAttribute("aria-pressed", String(tag.state === "yes"));
  no.setAttribute("aria-pressed", String(tag.state === "no" || tag.state === "gone"));
  undo.hidden = !["yes", "no", "gone"].includes(tag.state);
  undo.setAttribute("aria-label", "Undo: " + tag.label);
}
