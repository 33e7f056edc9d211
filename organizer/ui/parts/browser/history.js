// The history: what was done, by day, each with its way back.
function stepRow(panel, step) {
  const row = element("li", step.undone ? "step is-undone" : "step");
  const words = element("div", "grow");
  words.append(element("span", "name", step.words));
  const note = element("div", "note");
  if (step.link) note.append(pageLink(panel, step.name, step.link), " \u00b7 ");
  note.append([step.link ? "" : step.videos, step.time, step.standing].filter(Boolean).join(" \u00b7 "));
  words.append(note);
  if (step.command) words.append(commandRow(step.command, "command " + step.id));
  row.append(words);
  if (!step.undoable) return row;
  const name = step.undone ? "Redo" : "Undo";
  row.append(control(name, () => panel.act({ action: step.undone ? "redo" : "undo", step: step.id }), {
    key: "step " + step.id, label: `${name}: ${step.words}`,
  }));
  return row;
}

export default function (component) {
  drawPanel(component, "history", (panel, data) => {
    const head = element("div", "page-head");
    const names = element("div");
    names.append(element("h1", "", "History"), element("p", "note", "Everything you did, the newest first. Each can be undone by itself; what came after it stays."));
    head.append(names);
    if (!data.days.length) return [head, element("p", "empty", "Nothing was done yet. What you confirm, reject, tag, hide or rate is listed here.")];
    const parts = data.days.map((day) => {
      const section = panelSection(day.words);
      const list = element("ul", "rows");
      list.append(...day.steps.map((step) => stepRow(panel, step)));
      section.append(list);
      return section;
    });
    if (data.more) {
      const foot = element("div", "dialog-foot");
      foot.append(control("Show older", () => panel.act({ action: "older" }), { key: "older" }));
      parts.push(foot);
    }
    return [head, ...parts];
  });
}
