// The page of doubles: of each film the files that show it, the one to keep first. Moving is done on the command line.
const PLACE = "organizer-doubles-place";

function scrolled(node) {
  let above = node.getRootNode().host || node.parentElement;
  while (above && !(above.scrollHeight > above.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(above).overflowY))) {
    above = above.parentElement || above.getRootNode().host;
  }
  return above || document.scrollingElement;
}

// Where the page was left by a link, for the way back to it.
function leave(panel) {
  try {
    sessionStorage.setItem(PLACE, String(scrolled(panel.root).scrollTop));
  } catch {
    // Without storage the way back leads to the top.
  }
}

function comeBack(panel) {
  let top = 0;
  try {
    top = Number(sessionStorage.getItem(PLACE) || 0);
    sessionStorage.removeItem(PLACE);
  } catch {
    return;
  }
  if (top) requestAnimationFrame(() => requestAnimationFrame(() => (scrolled(panel.root).scrollTop = top)));
}

function filmLink(panel, card, className) {
  const link = pageLink(panel, undefined, card.link, className);
  link.textContent = "";
  link.addEventListener("click", () => leave(panel), true);
  return link;
}

function factLine(...facts) {
  return element("p", "facts", facts.filter(Boolean).join(" \u00b7 "));
}

function cardOf(panel, group, card) {
  const item = element("li", "double" + (card.kept ? " is-kept" : "") + (card.sure ? "" : " is-unsure"));
  const link = filmLink(panel, card, "still");
  withAttributes(link, { "aria-label": `Open ${card.name}` });
  if (card.poster) link.append(withAttributes(element("img"), { src: card.poster, alt: "", loading: "lazy" }));
  if (card.length) link.append(element("span", "length", card.length));
  const name = filmLink(panel, card, "link name");
  name.textContent = card.name;
  const words = element("div", "words");
  words.append(name, element("p", "role", card.role), factLine(card.picture, card.size, card.date));
  const place = withAttributes(element("p", "path", card.folder), { title: card.path });
  words.append(place);
  if (card.tags) words.append(element("p", "yours", card.tags));
  item.append(link, words);
  if (!card.kept && card.id !== group.kept) {
    item.append(control("Not the same", () => panel.act({ action: "not_same", kept: group.kept, video: card.id }), {
      key: `not ${group.kept} ${card.id}`, label: `Not the same: ${card.name}`,
    }));
  }
  return item;
}

function groupOf(panel, group) {
  const section = withAttributes(element("section", "group"), { "aria-label": group.cards[0].name });
  const head = element("div", "group-head");
  head.append(element("h2", "", group.words));
  if (group.carries) {
    head.append(control("Keep the tags of all", () => panel.act({ action: "keep_tags", kept: group.kept }), {
      key: "tags " + group.kept, label: `Keep the tags of all: ${group.cards[0].name}`,
    }));
  }
  const list = element("ul", "doubles-row");
  list.append(...group.cards.map((card) => cardOf(panel, group, card)));
  section.append(head, list);
  return section;
}

function moving(panel, data) {
  const section = panelSection(
    "Move the others away",
    "This page never moves a file. This command says what it would move, all but the one to keep of each group; with --yes it moves them, and --undo-move moves them back.",
  );
  section.append(commandRow(data.command, "copy"));
  return section;
}

function moved(data) {
  const part = element("div", "moved");
  part.append(element("p", "note", data.moved + " To move back:"), commandRow(data.undo_move, "copy back"));
  return part;
}

export default function (component) {
  drawPanel(component, "doubles", (panel, data) => {
    const head = element("div", "page-head");
    const names = element("div");
    names.append(element("h1", "", "Doubles"), element("p", "note", data.searched));
    const search = control(data.began ? "Look again" : "Look for doubles", () => panel.act({ action: "search" }), {
      kind: data.began ? "" : "primary", key: "search", disabled: data.busy,
    });
    head.append(names, search);
    const parts = [head];
    if (data.answered) {
      const said = withAttributes(element("div", "answered"), { role: "status" });
      said.append(element("span", "", data.answered), control("Undo", () => panel.act({ action: "same" }), { key: "same" }));
      parts.push(said);
    }
    if (data.moved) parts.push(moved(data));
    if (!data.began) {
      parts.push(element("p", "empty", "Finds the same film twice: encoded again, resized, trimmed, cropped, with words over it, or joined to another one. Nothing is deleted, and no file is touched."));
      return parts;
    }
    if (!data.groups.length) {
      parts.push(element("p", "empty", "No doubles were found."));
      return parts;
    }
    parts.push(element("p", "note", `${data.count}. Of a video nothing is known after its first 45 seconds.`));
    parts.push(...data.groups.map((group) => groupOf(panel, group)));
    if (data.more > 0) parts.push(dialogFoot(control(`Show more (${data.more.toLocaleString("en")})`, () => panel.act({ action: "more" }), { key: "more" })));
    if (data.files) parts.push(moving(panel, data));
    return parts;
  });
  const panel = component.parentElement.organizerPanel;
  if (!panel.wasDrawn) {
    panel.wasDrawn = true;
    comeBack(panel);
  }
}
