// Builds the cards. All data goes through textContent: a name is never markup.
function picture(card) {
  const frame = element("span", "picture");
  if (card.poster) {
    const image = element("img");
    image.src = card.poster;
    image.alt = "";
    image.loading = "lazy";
    image.decoding = "async";
    frame.append(image);
  } else {
    frame.append(element("span", "no-picture", card.status || "No picture"));
  }
  if (card.status && card.poster) frame.append(element("span", "status", card.status));
  if (card.duration) frame.append(element("span", "duration", card.duration));
  return frame;
}

function sure(tag) {
  const chip = element("span", tag.confirmed ? "tag confirmed" : "tag");
  if (tag.confirmed) {
    const mark = element("span", "mark", "\u2713");
    mark.title = "Confirmed by you";
    chip.append(mark);
  }
  chip.append(element("span", "name", tag.name));
  return chip;
}

function maybe(tag) {
  const chip = element("span", "tag maybe");
  const shown = element("span", "name", tag.name + "?");
  // What is read aloud in its place: "maybe Dance, score 0.45".
  shown.setAttribute("aria-hidden", "true");
  chip.title = "maybe " + tag.name + (tag.score && ", score " + tag.score);
  chip.append(shown, element("span", "unseen", chip.title));
  return chip;
}

function tags(card) {
  const row = element("span", "tags");
  for (const tag of card.tags) {
    row.append(tag.maybe ? maybe(tag) : sure(tag));
  }
  if (card.more_tags) row.append(element("span", "more", "+" + card.more_tags));
  if (!card.tags.length && !card.status) row.append(element("span", "none", "No tag"));
  return row;
}

function button(card, open) {
  const node = element("button", "card");
  node.type = "button";
  node.dataset.key = card.key;
  const words = element("span", "words");
  words.append(element("span", "title", card.title));
  words.append(element("span", "date", card.date));
  words.append(tags(card));
  node.append(picture(card), words);
  node.title = card.title;
  node.addEventListener("click", () => open(card.key));
  return node;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let grid = parentElement.querySelector(".grid");
  if (!grid) {
    grid = element("div", "grid");
    parentElement.append(grid);
  }
  if (grid.dataset.page && grid.dataset.page !== String(data.page)) {
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  }
  grid.dataset.page = data.page;
  grid.replaceChildren(...data.cards.map((card) => button(card, (key) => setTriggerValue("open", key))));
}
