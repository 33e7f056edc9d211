// The sheet that lists the keys.
function keySheet(parent, table) {
  const dialog = element("dialog", "sheet");
  const title = element("h2", "", "Keys");
  title.id = "organizer-keys";
  dialog.setAttribute("aria-labelledby", title.id);
  const close = drawnButton("plain", "cross", "Close", "Esc");
  const head = element("div", "sheet-head");
  head.append(title, close);
  const groups = element("div", "sheet-groups");
  for (const name of new Set(table.map((entry) => entry.group))) {
    const list = element("dl");
    for (const entry of table.filter((each) => each.group === name)) {
      const term = element("dt");
      const shown = entry.shown ? [entry.shown] : entry.keys;
      shown.forEach((key, index) => {
        if (index) term.append(" or ");
        term.append(element("kbd", "", key));
      });
      list.append(term, element("dd", "", entry.words));
    }
    const group = element("section");
    group.append(element("h3", "", name), list);
    groups.append(group);
  }
  dialog.append(head, groups);
  parent.append(dialog);
  close.addEventListener("click", () => dialog.close());
  // A click beside the sheet.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return { dialog, open: () => dialog.open || dialog.showModal() };
}
