// Chooses a folder by browsing. The page's script lists one folder at a time; a click goes into one, or up again.
function chooserBody(panel, browse, words) {
  const body = element("div", "chooser");
  const go = (path, key) => () => {
    panel.goingTo = key;
    panel.act({ action: "browse", path });
  };
  const places = withAttributes(element("nav", "places"), { "aria-label": "Places" });
  for (const place of browse.places) {
    const button = control(place.words, go(place.path, "first"), { kind: "quiet place", key: "place " + place.path });
    if (place.path === browse.path) button.setAttribute("aria-current", "true");
    places.append(button);
  }
  const trail = withAttributes(element("nav", "trail"), { "aria-label": "Folders above" });
  browse.above.forEach((folder, number) => {
    if (number) trail.append(withAttributes(element("span", "slash", "/"), { "aria-hidden": "true" }));
    const last = number === browse.above.length - 1;
    const name = folder.words === "/" ? "Computer" : folder.words;
    trail.append(last ? withAttributes(element("span", "here", name), { "aria-current": "page" }) : control(name, go(folder.path, "first"), { kind: "quiet crumb" }));
  });
  const list = withAttributes(element("ul", "folder-list"), { "aria-label": `Folders in ${browse.words}` });
  browse.folders.forEach((folder, number) => {
    const item = element("li");
    item.append(control(folder.words, go(folder.path, "first"), { kind: "quiet folder", icon: "folders", key: number ? "folder " + number : "first" }));
    list.append(item);
  });
  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(list.getRootNode().activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined || !buttons[to]) return;
    event.preventDefault();
    buttons[to].focus();
  });
  if (browse.error) list.replaceChildren(element("li", "note", browse.error));
  else if (!browse.folders.length) list.replaceChildren(element("li", "note", "No folder lies in here."));
  const holds = browse.videos ? `${counted(browse.videos, "video")} right in this folder, and whatever lies in the folders below.` : "Videos in the folders below count too.";
  const typed = withAttributes(element("input"), { type: "text", "aria-label": "Path of a folder", autocomplete: "off", spellcheck: "false" });
  typed.value = browse.shown;
  const form = element("form", "inline");
  form.append(typed, control("Go", () => form.requestSubmit()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (typed.value !== browse.shown) go(typed.value, "first")();
  });
  // A path that was typed and not gone to is the one that is meant.
  const choose = control(words, () => {
    panel.act({ action: browse.purpose, path: typed.value.trim() === browse.shown ? browse.path : typed.value.trim() });
    panel.chooser?.close();
  }, { kind: "primary", key: "choose" });
  const allow = () => (choose.disabled = !typed.value.trim() || (Boolean(browse.error) && typed.value.trim() === browse.shown));
  typed.addEventListener("input", allow);
  allow();
  body.append(form, trail);
  const middle = element("div", "middle");
  middle.append(places, list);
  body.append(middle, element("p", "note holds", holds + (browse.more ? " Not all folders are shown: type the path." : "")), dialogFoot(choose));
  return body;
}

const PURPOSES = {
  add: ["Add a folder", "Add this folder"],
  exclude: ["Leave out a folder", "Leave out this folder"],
};

// Opens, redraws or closes the dialog as the script says which folder is looked at.
function showChooser(panel, browse) {
  if (!browse) {
    panel.chooser?.close();
    return;
  }
  const [title, words] = PURPOSES[browse.purpose];
  if (!panel.chooser) {
    panel.chooser = openDialog(panel, title, () => {}, {
      wide: true,
      closed: () => {
        panel.chooser = null;
        panel.act({ action: "browse", path: null });
      },
    });
    panel.chooser.backTo = "browse " + browse.purpose;
  }
  const body = panel.chooser.querySelector(".dialog-body");
  const active = body.getRootNode().activeElement;
  const key = panel.goingTo || (body.contains(active) ? active.dataset.key : "first");
  panel.goingTo = null;
  body.replaceChildren(chooserBody(panel, browse, words));
  const again = key && body.querySelector(`[data-key="${CSS.escape(key)}"]`);
  (again || body.querySelector("[data-key=choose]")).focus();
}
