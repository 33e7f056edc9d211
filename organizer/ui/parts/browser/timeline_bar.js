// The bar that appears when videos are selected: what can be done to all of them at once.
function makeBar(timeline) {
  const node = element("div", "bar");
  node.setAttribute("role", "toolbar");
  node.setAttribute("aria-label", "Selected videos");
  node.hidden = true;
  const bar = { node, timeline, popover: null, opener: null };
  const button = (icon, words, run) => {
    const made = element("button", "do do-" + icon);
    made.type = "button";
    made.append(drawn(icon), element("span", "do-words", words));
    made.setAttribute("aria-label", words);
    made.title = words;
    made.addEventListener("click", () => run(made));
    return made;
  };
  const act = (action, value) => {
    closePopover(bar);
    timeline.act(action, value);
  };
  const tags = (mode) => (opener) => openPopover(bar, opener, tagPopover(mode, namesFor(timeline), (name) => act(mode, name)));
  bar.close = button("cross", "Clear the selection", () => timeline.clear());
  bar.count = element("span", "selected");
  bar.count.setAttribute("role", "status");
  bar.all = element("button", "all");
  bar.all.type = "button";
  bar.all.addEventListener("click", () => timeline.selectAll());
  bar.buttons = {
    confirm: button("tags", "Tag", tags("confirm")),
    reject: button("minus", "Reject tag", tags("reject")),
    favourite: button("heart", "Favourite", () => act("favourite", !every(timeline, "favourite"))),
    rate: button("star", "Rate", (opener) => openPopover(bar, opener, ratePopover((stars) => act("rate", stars)))),
    hide: button("hide", "Hide", () => act("hide", !every(timeline, "hidden"))),
    more: button("more", "More", (opener) => openPopover(bar, opener, menuPopover("More", [
      ["Tag again", "From what is stored; what you decided stays", () => act("retag", null)],
      ["Download the files", "As one ZIP file, unchanged", () => act("export", "zip")],
      ["Download a list", "A table with names, dates and tags (CSV)", () => act("export", "csv")],
      ["Download a playlist", "For a player on this computer (M3U)", () => act("export", "m3u")],
    ]))),
  };
  // On phones one stands above the other.
  const what = element("div", "bar-what");
  const actions = element("div", "bar-actions");
  what.append(bar.close, bar.count, bar.all);
  actions.append(...Object.values(bar.buttons));
  node.append(what, actions);
  node.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (bar.popover) {
      const { opener } = bar;
      closePopover(bar);
      opener.focus();
    } else timeline.clear();
  });
  return bar;
}

// Whether all that is selected has a mark. Of cards that were not scrolled to nobody knows: those are given it.
function every(timeline, mark) {
  const cards = cardsAt(timeline.store, timeline.spans.pairs);
  return cards.length === spansCount(timeline.spans) && cards.every((card) => card[mark]);
}

// Every tag, those first that most of the selected videos carry.
function namesFor(timeline) {
  const carried = new Map();
  for (const { tags } of cardsAt(timeline.store, timeline.spans.pairs)) {
    for (const { name } of tags) carried.set(name, (carried.get(name) ?? 0) + 1);
  }
  const names = timeline.names.map((tag) => ({ ...tag, carried: carried.get(tag.shown) ?? 0 }));
  return names.sort((one, other) => other.carried - one.carried);
}

function openPopover(bar, opener, popover) {
  const again = bar.opener === opener;
  closePopover(bar);
  if (again) return;
  bar.popover = popover;
  bar.opener = opener;
  opener.setAttribute("aria-expanded", "true");
  bar.node.append(popover);
  popover.querySelector("input, button")?.focus();
}

function closePopover(bar) {
  bar.popover?.remove();
  bar.opener?.removeAttribute("aria-expanded");
  bar.popover = bar.opener = null;
}

// What stands at the foot of the page stands above the bar.
function makeRoom({ node }) {
  document.documentElement.style.setProperty("--organizer-selected", node.hidden || !node.isConnected ? "0px" : node.offsetHeight + 12 + "px");
}

function drawBar(bar) {
  const { spans, store } = bar.timeline;
  const count = spansCount(spans);
  if (!count) closePopover(bar);
  bar.node.hidden = !count;
  makeRoom(bar);
  if (!count) return;
  bar.count.textContent = count.toLocaleString("en") + " selected";
  bar.all.hidden = count === store.count;
  bar.all.textContent = "All " + store.count.toLocaleString("en");
  for (const [action, button] of Object.entries(bar.buttons)) {
    button.hidden = action !== "more" && !bar.timeline.actions.includes(action);
  }
  const unhide = every(bar.timeline, "hidden");
  const words = unhide ? "Show again" : "Hide";
  bar.buttons.hide.setAttribute("aria-label", words);
  bar.buttons.hide.title = words;
  bar.buttons.hide.querySelector(".do-words").textContent = words;
  bar.buttons.favourite.setAttribute("aria-pressed", String(every(bar.timeline, "favourite")));
}
