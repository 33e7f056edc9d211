// What the panels share: their buttons, links, sections and dialogs. A panel sends what a person does through one queue
// of numbered actions (actions.js); the page's script does each once.
function withAttributes(node, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

// "key" keeps the focus where it is when the panel is drawn anew.
function control(words, run, { kind = "", icon, label, key, disabled = false } = {}) {
  const button = withAttributes(element("button", ("control " + kind).trim()), { type: "button", "aria-label": label });
  if (icon) button.append(drawn(icon));
  if (words) button.append(element("span", "words", words));
  if (key) button.dataset.key = key;
  button.disabled = disabled;
  button.addEventListener("click", run);
  return button;
}

// A link to videos: a plain click goes there within the page, any other is the browser's.
function pageLink(panel, words, href, className = "link") {
  const link = withAttributes(element("a", className, words), { href });
  link.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    panel.act({ action: "go", href });
  });
  return link;
}

function panelSection(words, note, ...controls) {
  const section = element("section", "section");
  const head = element("div", "section-head");
  const names = element("div", "section-names");
  names.append(element("h2", "", words));
  if (note) names.append(element("p", "note", note));
  head.append(names, ...controls);
  section.append(head);
  return section;
}

function field(words, input, note) {
  const label = element("label", "field");
  label.append(element("span", "field-words", words), input);
  if (note) label.append(element("span", "note", note));
  return label;
}

// A dialog of the page's own; Escape and a click beside it close it, and the focus goes back to where it was.
function openDialog(panel, title, fill, { wide = false, closed } = {}) {
  const dialog = withAttributes(element("dialog", wide ? "wide" : ""), { "aria-label": title });
  const head = element("div", "dialog-head");
  const body = element("div", "dialog-body");
  const close = () => dialog.close();
  head.append(element("h2", "", title), control("", close, { kind: "round", icon: "cross", label: "Close" }));
  dialog.append(head, body);
  fill(body, close);
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => {
    const key = dialog.backTo;
    dialog.remove();
    if (closed) closed();
    const back = key && panel.root.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (back) back.focus();
  });
  dialog.backTo = panel.root.getRootNode().activeElement?.dataset?.key;
  panel.root.append(dialog);
  dialog.showModal();
  return dialog;
}

function dialogFoot(...controls) {
  const foot = element("div", "dialog-foot");
  foot.append(...controls);
  return foot;
}

// Draws a panel anew where what it shows is something else; the focus, and open dialogs, stay.
function drawPanel(component, name, draw) {
  const { data, parentElement, setTriggerValue } = component;
  let panel = parentElement.organizerPanel;
  if (!panel || !panel.root.isConnected) {
    panel = parentElement.organizerPanel = { root: element("div", "panel " + name) };
    panel.queue = actionQueue(data.acknowledged, panel.root);
    panel.body = element("div", "panel-body");
    panel.live = withAttributes(element("p", "said"), { role: "status", "aria-live": "polite" });
    panel.act = (action) => panel.queue.act(action);
    panel.root.append(panel.live, panel.body);
    parentElement.append(panel.root);
  }
  panel.queue.send = (sent) => setTriggerValue("act", sent);
  panel.queue.acknowledge(data.acknowledged);
  const { acknowledged: _, ...shown } = data;
  const text = JSON.stringify(shown);
  if (panel.shown === text) return;
  panel.shown = text;
  panel.live.textContent = data.said || "";
  panel.live.classList.toggle("wrong", Boolean(data.wrong));
  const active = panel.root.getRootNode().activeElement;
  const key = panel.body.contains(active) ? active.dataset.key : null;
  panel.data = data;
  panel.body.replaceChildren(...draw(panel, data));
  const again = key && panel.body.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (again) again.focus({ preventScroll: true });
}

function counted(number, noun) {
  return number.toLocaleString("en") + " " + noun + (number === 1 ? "" : "s");
}
