// The star in the search box: keep a search under a name, give it another name, let it go.
function saveStar(box, send) {
  const button = attributes(iconButton("star-button", "Save this search", "star"), { "aria-expanded": "false" });
  const panel = attributes(element("div", "save-panel"), { role: "dialog", "aria-label": "Save this search" });
  const label = element("label", "", "Name of this search");
  const input = attributes(element("input"), { type: "text", id: "search-name", maxlength: "80", autocomplete: "off" });
  const actions = element("div", "actions");
  const save = attributes(element("button", "primary", "Save"), { type: "button" });
  const drop = attributes(element("button", "quiet", "Delete"), { type: "button" });
  label.htmlFor = input.id;
  panel.hidden = true;
  actions.append(drop, save);
  panel.append(label, input, actions);
  let saved = [];
  const kept = () => saved.find(({ text }) => text === box.input.value.trim());

  function close(focus) {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (focus) button.focus();
  }

  function keep() {
    const name = input.value.trim();
    if (!name) {
      input.focus();
      return;
    }
    send("save", { name, text: box.input.value.trim(), instead: kept()?.name ?? null });
    close(true);
  }

  button.addEventListener("click", () => {
    if (!panel.hidden) {
      close(true);
      return;
    }
    input.value = kept()?.name ?? box.input.value.trim().slice(0, 80);
    drop.hidden = !kept();
    save.textContent = kept() ? "Rename" : "Save";
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    input.focus();
    input.select();
  });
  save.addEventListener("click", keep);
  drop.addEventListener("click", () => {
    send("drop", kept().name);
    close(true);
  });
  panel.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") close(true);
    else if (event.key === "Enter" && event.target === input) {
      event.preventDefault();
      keep();
    }
  });
  panel.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !panel.contains(event.relatedTarget) && event.relatedTarget !== button) close(false);
  });

  function update(searches) {
    saved = searches ?? saved;
    const is = Boolean(kept());
    button.hidden = !box.input.value.trim();
    button.classList.toggle("is-saved", is);
    button.title = is ? "This search is saved: rename or delete it" : "Save this search";
    button.setAttribute("aria-label", button.title);
  }
  return { button, panel, update };
}
