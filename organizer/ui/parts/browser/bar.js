// The top of the page: its name, the search box, filters, and the way to the other views.
// Other parts of the page search with the window event "organizer-search" {text, focus}.
function buildBar(parent) {
  const root = element("div", "bar");
  const brand = attributes(element("a", "brand"), { href: "/", "aria-label": "organizer: all videos" });
  const picture = element("span", "picture");
  picture.append(element("span", "play"));
  brand.append(picture, element("span", "name", "organizer"));
  const nav = attributes(element("nav", "views"), { "aria-label": "Views" });
  const bar = { root, brand, nav, links: [] };
  const search = (bar.search = searchBox({
    query: (text) => bar.send("query", text),
    chips: (text, chips) => {
      bar.filters.note(text, chips.length);
      window.dispatchEvent(new CustomEvent("organizer-chips", { detail: { text, chips } }));
    },
  }));
  const star = (bar.star = saveStar(search.box, (event, value) => bar.send(event, value)));
  const filters = (bar.filters = filterPanel((text) => search.set(text, false)));
  search.box.field.append(star.button);
  search.box.input.addEventListener("input", () => star.update());
  root.append(brand, search.box.root, filters.button, nav, filters.panel);
  search.box.root.append(star.panel);
  brand.addEventListener("click", (event) => {
    if (plainClick(event)) bar.send("go", "home");
  });
  const host = parent.getRootNode().host ?? parent;
  const heard = {
    "organizer-search": (event) => search.set(event.detail.text, event.detail.focus),
    keydown: (event) => {
      const target = event.composedPath()[0];
      const typing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName ?? "");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      search.box.input.focus();
      search.box.input.select();
    },
  };
  for (const [name, listener] of Object.entries(heard)) {
    const listening = (event) => {
      if (host.isConnected) listener(event);
      else window.removeEventListener(name, listening);
    };
    window.addEventListener(name, listening);
  }
  parent.append(root);
  return bar;
}

// Any other click is the browser's: a link opens in a tab of its own.
function plainClick(event) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  event.preventDefault();
  return true;
}

function link(bar, { panel, words, href, icon, current }) {
  const node = attributes(element("a", "view"), { href });
  if (current) node.setAttribute("aria-current", "page");
  node.append(drawn(icon), element("span", "words", words));
  node.addEventListener("click", (event) => {
    if (plainClick(event)) bar.send("go", panel);
  });
  return node;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let bar = parentElement.organizerBar;
  if (!bar || !bar.root.isConnected) bar = parentElement.organizerBar = buildBar(parentElement);
  bar.send = setTriggerValue;
  const shown = JSON.stringify(data.views);
  if (bar.shown !== shown) {
    const at = bar.links.indexOf(bar.nav.getRootNode().activeElement);
    bar.shown = shown;
    bar.links = data.views.map((view) => link(bar, view));
    bar.nav.replaceChildren(...bar.links);
    if (at >= 0) bar.links[at].focus();
  }
  document.documentElement.dataset.organizerPlace = data.place;
  bar.search.update(data.query);
  bar.star.update(data.saved);
  // An answer to an earlier search takes nothing back of what was filtered after it.
  if (!bar.search.isAhead(data.query)) bar.filters.update(data.query, data.filters);
  if (data.problem && data.problem.text !== bar.complained) {
    // An address with what is no search: it stands in the box, to be mended.
    bar.complained = data.problem.text;
    bar.search.box.input.value = data.problem.text;
    bar.search.submit();
  }
}
