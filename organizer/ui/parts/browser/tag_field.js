// A field for a tag, with proposals. What stands in it is added by Enter and by the button alike.
// All data goes through textContent.
const MOST = 8;
let fields = 0;

function build(parent) {
  const id = "organizer-tag-" + ++fields;
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
  parent.append(root);
  return { root, input, list, active: -1, options: [], names: [], tags: [], added: 0, pending: [], send: () => {} };
}

function activate(field, number) {
  field.active = number;
  field.options.forEach((option, index) => option.setAttribute("aria-selected", String(index === number)));
  if (number < 0) field.input.removeAttribute("aria-activedescendant");
  else {
    field.input.setAttribute("aria-activedescendant", field.options[number].id);
    field.options[number].scrollIntoView({ block: "nearest" });
  }
}

function close(field) {
  field.list.hidden = true;
  field.input.setAttribute("aria-expanded", "false");
  activate(field, -1);
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
    option.addEventListener("click", () => submit(field, tag.name));
    return option;
  });
  field.list.replaceChildren(...field.options);
  field.names = best.map((tag) => tag.name);
  activate(field, -1);
  field.list.hidden = !best.length;
  field.input.setAttribute("aria-expanded", String(!field.list.hidden));
}

function submit(field, name) {
  close(field);
  if (!name.trim()) {
    field.input.focus();
    return;
  }
  field.input.value = "";
  field.added += 1;
  field.pending.push([field.added, name]);
  // All that the page's script did not hear of yet: of two events of one run it sees the last one.
  field.send({ number: field.added, names: field.pending.map(([, tag]) => tag) });
}

function listen(field) {
  const { root, input, list } = field;
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(field, field.active < 0 ? input.value : field.names[field.active]);
  });
  input.addEventListener("input", () => propose(field));
  input.addEventListener("click", () => propose(field));
  input.addEventListener("blur", () => close(field));
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
      activate(field, ((field.active + 1 + step + count) % count) - 1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close(field);
    }
  });
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let field = parentElement.organizerField;
  if (!field || !field.root.isConnected) {
    field = parentElement.organizerField = build(parentElement);
    field.added = data.acknowledged;
    listen(field);
  }
  field.tags = data.tags;
  field.send = (added) => setTriggerValue("add", added);
  field.pending = field.pending.filter(([number]) => number > data.acknowledged);
  if (field.root.dataset.video !== data.video) {
    field.root.dataset.video = data.video;
    field.pending = [];
    field.input.value = "";
    close(field);
  }
  // What could not be added comes back to be mended.
  if (data.typed && !field.input.value) field.input.value = data.typed;
}
