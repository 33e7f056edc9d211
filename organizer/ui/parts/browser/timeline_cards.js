// Builds the lines and their cards. All data goes through textContent: a name is never markup.
const MONTH = new Intl.DateTimeFormat("en", { month: "long", timeZone: "UTC" });

function monthWords(month) {
  if (!month) return "No date";
  return MONTH.format(new Date(month + "-15T00:00:00Z")) + " " + Number(month.slice(0, 4));
}

function chip(tag) {
  const node = element("span", "tag" + (tag.confirmed ? " confirmed" : "") + (tag.maybe ? " maybe" : ""));
  if (tag.confirmed) node.append(drawn("check"));
  node.append(element("span", "name", tag.maybe ? tag.name + "?" : tag.name));
  node.title = tag.maybe
    ? "maybe " + tag.name + (tag.score && ", score " + tag.score)
    : tag.name + (tag.confirmed ? ", confirmed by you" : "");
  return node;
}

// As many chips as fit in one line, by what letters take on average: measuring each would lay the page out anew.
function chips(card, width) {
  const row = element("span", "tags");
  let room = width - 4;
  let shown = 0;
  for (const tag of card.tags) {
    const takes = 24 + 7.6 * tag.name.length + (tag.confirmed ? 15 : 0) + (tag.maybe ? 6 : 0);
    const left = card.tags.length + card.more_tags - shown - 1;
    if (shown && takes > room - (left ? 24 : 0)) break;
    row.append(chip(tag));
    room -= takes;
    shown += 1;
  }
  const more = card.tags.length + card.more_tags - shown;
  if (more) row.append(element("span", "more", "+" + more));
  if (!card.tags.length && !card.status) row.append(element("span", "none", "No tag"));
  return row;
}

// What is read aloud in place of a card.
function spoken(card) {
  const tags = card.tags.map((tag) =>
    tag.maybe ? "maybe " + tag.name + (tag.score && ", score " + tag.score) : tag.name + (tag.confirmed ? ", confirmed" : ""));
  return [card.title, card.date, card.duration, card.status, card.favourite && "favourite",
    card.rating && card.rating + " of 5 stars", card.hidden && "hidden", ...tags].filter(Boolean).join(", ");
}

function picture(card) {
  const frame = element("span", "picture");
  if (card.poster) {
    const image = element("img");
    image.alt = "";
    image.decoding = "async";
    image.draggable = false;
    image.src = card.poster;
    frame.append(image);
  } else {
    frame.append(element("span", "no-picture", card.status || "No picture"));
  }
  if (card.status && card.poster) frame.append(element("span", "status", card.status));
  const marks = element("span", "marks");
  if (card.favourite) marks.append(drawn("heart"));
  if (card.rating) {
    const stars = element("span", "stars", String(card.rating));
    stars.prepend(drawn("star"));
    marks.append(stars);
  }
  if (card.live) marks.append(element("span", "live", "LIVE"));
  if (marks.childNodes.length) frame.append(marks);
  if (card.duration) frame.append(element("span", "duration", card.duration));
  return frame;
}

function words(card, width) {
  const node = element("span", "words");
  const title = element("span", "title", card.title);
  const date = element("span", "date", card.date);
  // A name that somebody chose says more than the date, one that a camera gave less.
  if (card.named || !card.date) node.append(title, date);
  else node.append(date, title);
  if (!card.date) date.remove();
  node.firstChild.classList.add("first");
  node.append(chips(card, width));
  return node;
}

function makeCell() {
  const cell = element("div", "card");
  cell.setAttribute("role", "gridcell");
  cell.tabIndex = -1;
  return cell;
}

// Draws a card into its cell: nothing yet, gone, or what it is; nothing is done where it stands there already.
function fillCell(cell, card, { address, width }) {
  const shown = card === undefined ? "" : JSON.stringify(card);
  if (cell.shown === shown) return;
  cell.shown = shown;
  dropPicture(cell);
  cell.classList.toggle("waiting", card === undefined);
  cell.classList.toggle("gone", card === null);
  cell.classList.toggle("dim", Boolean(card && (card.status || card.hidden)));
  if (!card) {
    delete cell.dataset.key;
    cell.setAttribute("aria-label", card === null ? "This video is not in the library any more" : "Loading");
    const frame = element("span", "picture");
    if (card === null) frame.append(element("span", "no-picture", "Not in the library any more"));
    cell.replaceChildren(frame);
    return;
  }
  cell.dataset.key = card.key;
  cell.setAttribute("aria-label", spoken(card));
  const link = element("a", "link");
  link.href = hrefOf(address, card.key);
  link.tabIndex = -1;
  link.draggable = false;
  link.setAttribute("aria-hidden", "true");
  link.append(picture(card), words(card, width));
  const mark = element("span", "mark");
  mark.setAttribute("aria-hidden", "true");
  mark.append(drawn("check"));
  cell.replaceChildren(link, mark);
  cell.title = card.title;
}

function hrefOf(address, key) {
  const parameters = new URLSearchParams(address);
  parameters.set("video", key);
  return "/?" + parameters;
}

// A picture that nobody sees any more is not waited for.
function dropPicture(node) {
  for (const image of node.querySelectorAll("img")) if (!image.complete) image.removeAttribute("src");
}

function makeHeading(group) {
  const node = element("div", "month");
  node.setAttribute("role", "row");
  const cell = element("div", "month-cell");
  cell.setAttribute("role", "gridcell");
  const heading = element("h2", "", monthWords(group.month));
  const count = element("span", "month-count", String(group.count.toLocaleString("en")));
  const all = element("button", "month-all");
  all.type = "button";
  all.tabIndex = -1;
  all.setAttribute("aria-label", "Select all of " + monthWords(group.month));
  all.title = "Select all of " + monthWords(group.month);
  all.append(drawn("check"));
  cell.append(all, heading, count);
  node.append(cell);
  return node;
}
