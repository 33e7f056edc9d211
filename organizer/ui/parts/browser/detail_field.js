// A field for a tag, with proposals. What stands in it is added by Enter and by the button alike.
const MOST = 8;

function tagField(add) {
  const id = "organizer-tag";
  const root = element("form", "field");
  const label = element("label", "", "Add a tag");
  const box = element("div", "box");
  const input = element("input");
  const list = element("ul", "proposals");
  const button = element("button", "add", "Add");
  label.htmlFor = input.id = id;
  list.id = id + "-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Tags");
  input.type = "text";
  input.placeholder = "Choose or type one";
  input.autocomplete = "off";
  input.spellcheck = false;
  input.enterKeyHint = "done";
  for (const [name, value] of [
    ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"],
  ]) input.setAttribute(name, value);
  button.type = "submit";
  box.append(input, list);
  root.append(label, box, button);
  const field = { root, input, list, add, active: -1, options: [], names: [], tags: [], video: "" };
  listenToField(field);
  field.show = (data) => showField(field, data);
  return field;
}

function activateOption(field, number) {
  field.active = number;
  field.options.forEach((option, index) => option.setAttribute("aria-selected", String(index === number)));
  if (number < 0) field.input.removeAttribute("aria-activedescendant");
  else {
    field.input.setAttribute("aria-activedescendant", field.options[number].id);
    field.options[number].scrollIntoView({ block: "nearest" });
  }
}

function closeProposals(field) {
  field.list.hidden = true;
  field.input.setAttribute("aria-expanded", "false");
  activateOption(field, -1);
}

function propose(field) {
  const words = field.input.value.trim().toLocaleLowerCase();
  const starts = (tag) => tag.shown.toLocaleLowerCase().startsWith(words);
  const found = field.tags.filter((tag) => tag.shown.toLocaleLowerCase().includes(words));
  const best = [...found.filter(starts), ...found.filter((tag) => !starts(tag))].slice(0, words ? MOST : undefined);
  field.options = best.map((tag, number) => {
    const option = element("li", "", tag.shown);
    option.id = field.list.id + "-" + number;
    option.setAttribute("role", "option");
    option.addEventListener("click", () => submitField(field, tag.name));
    return option;
  });
  field.list.replaceChildren(...field.options);
  field.names = best.map((tag) => tag.name);
  activateOption(field, -1);
  field.list.hidden = !best.length;
  field.input.setAttribute("aria-expanded", String(!field.list.hidden));
}

function submitField(field, name) {
  closeProposals(field);
  if (!name.trim()) {
    field.input.focus();
    return;
  }
  field.input.value = "";
  field.add(name.trim());
}

function listenToField(field) {
  const { root, input, list } = field;
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    submitField(field, field.active < 0 ? input.value : field.names[field.active]);
  });
  input.addEventListener("input", () => propose(field));
  input.addEventListener("click", () => propose(field));
  input.addEventListener("blur", () => closeProposals(field));
  // The field keeps the focus, or its proposals would be gone before the click on one.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  input.addEventListener("keydown", (event) => {
    // Single keys may be shortcuts of the page; here they are letters.
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) propose(field);
      if (list.hidden) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      const count = field.options.length + 1;
      activateOption(field, ((field.active + 1 + step + count) % count) - 1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      // First the proposals go, then the keys are the page's again.
      if (list.hidden) input.blur();
      else closeProposals(field);
    }
  });
}

function showField(field, data) {
  field.tags = data.proposals;
  if (field.video !== data.key) {
    field.video = data.key;
    field.input.value = "";
    closeProposals(field);
  }
}

// What could not be added comes back to be mended.
function giveBack(field, typed) {
  if (typed && !field.input.value) field.input.value = typed;
}
