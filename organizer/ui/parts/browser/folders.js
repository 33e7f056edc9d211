// The page of folders: what is looked through, what could not be read and why, what is left out.
function folderRow(panel, folder, busy) {
  const row = element("li", "folder-row");
  const names = element("div", "grow");
  const head = element("div", "folder-head");
  head.append(pageLink(panel, folder.words, folder.link, "link name"));
  if (folder.offline) head.append(element("span", "badge", "not connected"));
  names.append(head, element("div", "path", folder.path_words));
  const facts = element("div", "note facts");
  facts.append(element("span", "number", counted(folder.videos, "video")));
  if (folder.failed) {
    facts.append(control(`${folder.failed.toLocaleString("en")} cannot be read`, () => seekFailed(panel), { kind: "text wrong" }));
  }
  if (folder.missing) facts.append(element("span", "", `${folder.missing.toLocaleString("en")} missing`));
  facts.append(element("span", "", folder.scanned ? "looked through " + folder.scanned : "not looked through to its end yet"));
  names.append(facts);
  row.append(names, control("Look for changes", () => panel.act({ action: "rescan", id: folder.id }), {
    icon: "again", key: "rescan " + folder.id, disabled: busy || folder.offline, label: `Look for changes in ${folder.words}`,
  }), control("Forget\u2026", () => forgetFolder(panel, folder), { kind: "quiet", key: "forget " + folder.id, disabled: busy, label: `Forget ${folder.words}` }));
  return row;
}

function seekFailed(panel) {
  const list = panel.root.querySelector("#failed");
  list?.scrollIntoView({ block: "start" });
  list?.focus({ preventScroll: true });
}

function forgetFolder(panel, folder) {
  openDialog(panel, `Forget ${folder.words}?`, (body, close) => {
    body.append(element("p", "", `Its ${counted(folder.videos, "video")} leave organizer. No file is touched.`));
    const choices = withAttributes(element("div", "choices"), { role: "group", "aria-label": "What becomes of its tags" });
    const choose = (keep) => () => {
      panel.act({ action: "forget", id: folder.id, keep });
      close();
    };
    const choice = (words, note, keep, kind) => {
      const button = control("", choose(keep), { kind: "choice " + kind });
      button.append(element("span", "name", words), element("span", "note", note));
      return button;
    };
    choices.append(
      choice("Keep what I tagged", "Your tags, favourites and stars wait. If these videos come back, so do they.", true, ""),
      choice("Forget the tags too", "What you decided about these videos is dropped.", false, "danger-choice"),
    );
    body.append(choices, element("p", "note foot-note", "Either can be undone under History."));
  });
}

function failedRow(panel, file, busy) {
  const row = element("li");
  const names = element("div", "grow");
  names.append(pageLink(panel, file.words, file.link, "link name"), element("div", "path", file.folder), element("div", "reason", file.reason));
  row.append(names, control("Try again", () => panel.act({ action: "retry", key: file.key }), {
    icon: "again", key: "retry " + file.key, disabled: busy, label: `Try ${file.words} again`,
  }));
  return row;
}

function failedSection(panel, data) {
  const section = panelSection(
    "Cannot be read",
    "These files are damaged, or hold no film that can be decoded. A video that only your browser cannot play is not among them: it is tagged and listed like any other.",
    control("Try all again", () => panel.act({ action: "retry", key: null }), { key: "retry all", disabled: data.busy }),
  );
  withAttributes(section, { id: "failed", tabindex: "-1" });
  const list = element("ul", "rows");
  list.append(...data.failed.map((file) => failedRow(panel, file, data.busy)));
  section.append(list);
  if (data.failed_more) section.append(pageLink(panel, `and ${data.failed_more.toLocaleString("en")} more`, data.failed_link));
  return section;
}

function leftOutSection(panel, data) {
  const section = panelSection(
    "Left out", "Folders and names that are never looked at.",
    control("Leave out a folder\u2026", () => panel.act({ action: "browse", path: "", purpose: "exclude" }), { key: "browse exclude", disabled: data.busy }),
  );
  if (data.left_out.length) {
    const list = element("ul", "rows");
    for (const one of data.left_out) {
      const row = element("li");
      row.append(element("span", "grow name", one.words), control("Look at it again", () => panel.act({ action: "include", pattern: one.pattern }), {
        kind: "quiet", key: "include " + one.pattern, disabled: data.busy, label: `Look at ${one.words} again`,
      }));
      list.append(row);
    }
    section.append(list);
  }
  const form = element("form", "inline pattern");
  const input = withAttributes(element("input"), { type: "text", placeholder: "A name, such as *.mts or Old*", "aria-label": "Name to leave out", autocomplete: "off" });
  form.append(input, control("Leave out", () => form.requestSubmit(), { disabled: data.busy }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) panel.act({ action: "exclude", path: input.value.trim() });
  });
  section.append(form);
  return section;
}

function liveSection(panel, live) {
  const section = panelSection("Live Photos", "A phone stores a Live Photo as a picture with a clip of the same name, three seconds long. Such clips are not your films.");
  const label = element("label", "switch");
  const input = withAttributes(element("input"), { type: "checkbox", role: "switch" });
  input.checked = live.folded;
  input.dataset.key = "live";
  input.addEventListener("change", () => panel.act({ action: "fold", folded: input.checked }));
  label.append(input, element("span", "", "Fold them away"));
  section.append(label);
  const link = live.folded ? pageLink(panel, counted(live.count, "clip") + " folded away", live.link) : element("span", "note", counted(live.count, "clip"));
  section.append(element("span", "gap"), link);
  return section;
}

export default function (component) {
  drawPanel(component, "folders", (panel, data) => {
    const head = element("div", "page-head");
    const controls = element("div", "controls");
    if (data.folders.length) {
      controls.append(control("Look through all again", () => panel.act({ action: "rescan", id: null }), { icon: "again", key: "rescan all", disabled: data.busy }));
    }
    controls.append(control("Add a folder\u2026", () => panel.act({ action: "browse", path: "", purpose: "add" }), { kind: "primary", key: "browse add", disabled: data.busy }));
    head.append(element("h1", "", data.title), controls);
    const parts = [head];
    if (data.folders.length) {
      const list = element("ul", "rows");
      list.append(...data.folders.map((folder) => folderRow(panel, folder, data.busy)));
      parts.push(list);
    } else if (data.intro) {
      parts.push(element("p", "intro", data.intro));
    }
    if (data.left_out) {
      if (data.failed.length) parts.push(failedSection(panel, data));
      parts.push(leftOutSection(panel, data));
      if (data.live.count) parts.push(liveSection(panel, data.live));
    }
    return parts;
  });
  const panel = component.parentElement.organizerPanel;
  const sought = panel.sought || 0;
  panel.sought = component.data.seek || 0;
  if (panel.sought > sought) seekFailed(panel);
  const browse = JSON.stringify(component.data.browse);
  if (panel.browsed !== browse) {
    panel.browsed = browse;
    showChooser(panel, component.data.browse);
  }
}
