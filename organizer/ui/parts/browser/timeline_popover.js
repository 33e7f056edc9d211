// What opens above the bar: a field for a tag with proposals, stars, a list of things to do.
const MOST_PROPOSED = 7;
const MODES = {
  confirm: { title: "Tag these videos", verb: "Tag", hint: "A tag that the model proposed is confirmed." },
  reject: { title: "Say that a tag does not fit", verb: "Reject", hint: "The model does not propose it for these videos again." },
};

function makePopover(title) {
  const node = element("div", "popover");
  node.setAttribute("role", "dialog");
  node.setAttribute("aria-label", title);
  node.append(element("p", "popover-title", title));
  return node;
}

// "names": every tag, those that the selected videos carry first; "choose" is called with what was chosen or typed.
function tagPopover(mode, names, choose) {
  const { title, verb, hint } = MODES[mode];
  const node = makePopover(title);
  const form = element("form", "tag-form");
  const input = element("input");
  const button = element("button", "primary", verb);
  const list = element("ul", "proposals");
  let options = [];
  let active = -1;
  input.type = "text";
  input.placeholder = "Choose or type a tag";
  input.autocomplete = "off";
  input.spellcheck = false;
  list.id = "timeline-proposals";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Tags");
  for (const [name, value] of [
    ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "true"],
    ["aria-label", "Tag"],
  ]) input.setAttribute(name, value);
  button.type = "submit";
  const activate = (number) => {
    active = number;
    options.forEach((option, index) => option.node.setAttribute("aria-selected", String(index === number)));
    if (number < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", options[number].node.id);
      options[number].node.scrollIntoView({ block: "nearest" });
    }
  };
  const propose = () => {
    const typed = input.value.trim().toLocaleLowerCase();
    const starts = (tag) => tag.shown.toLocaleLowerCase().startsWith(typed);
    const found = names.filter((tag) => tag.shown.toLocaleLowerCase().includes(typed));
    const best = typed ? [...found.filter(starts), ...found.filter((tag) => !starts(tag))] : found;
    options = best.slice(0, MOST_PROPOSED).map((tag, number) => {
      const option = element("li", tag.carried ? "carried" : "", tag.shown);
      option.id = list.id + "-" + number;
      option.setAttribute("role", "option");
      option.addEventListener("click", () => choose(tag.name));
      return { node: option, tag };
    });
    list.replaceChildren(...options.map((option) => option.node));
    activate(-1);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = active < 0 ? input.value.trim() : options[active].tag.name;
    if (name) choose(name);
    else input.focus();
  });
  input.addEventListener("input", propose);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || (event.key !== "ArrowDown" && event.key !== "ArrowUp") || !options.length) return;
    event.preventDefault();
    const count = options.length + 1;
    activate(((active + 1 + (event.key === "ArrowDown" ? 1 : -1) + count) % count) - 1);
  });
  form.append(input, button);
  node.append(form, list, element("p", "hint", hint));
  propose();
  return node;
}

function ratePopover(choose) {
  const node = makePopover("Rate these videos");
  const row = element("div", "rates");
  for (let stars = 1; stars <= 5; stars += 1) {
    const button = element("button", "rate");
    button.type = "button";
    button.setAttribute("aria-label", stars === 1 ? "1 star" : stars + " stars");
    button.append(drawn("star"));
    button.addEventListener("click", () => choose(stars));
    row.append(button);
  }
  const none = element("button", "plain", "No rating");
  none.type = "button";
  none.addEventListener("click", () => choose(0));
  node.append(row, none);
  return node;
}

// "items": [words, what it is about, what it does].
function menuPopover(title, items) {
  const node = makePopover(title);
  for (const [words, about, run] of items) {
    const button = element("button", "item");
    button.type = "button";
    button.append(element("span", "item-words", words), element("span", "item-about", about));
    button.addEventListener("click", run);
    node.append(button);
  }
  return node;
}
