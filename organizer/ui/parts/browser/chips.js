// What the search asks for, one chip for each of its terms; how many videos fit, and their order.
// All data goes through textContent.
function search(text) {
  window.dispatchEvent(new CustomEvent("organizer-search", { detail: { text } }));
}

function buildChips(parent) {
  const root = element("div", "row");
  const count = element("h1", "count");
  const list = element("ul", "chips");
  const clear = element("button", "clear", "Clear all");
  const order = element("label", "order");
  const select = element("select");
  list.setAttribute("aria-label", "What the search asks for");
  clear.type = "button";
  select.setAttribute("aria-label", "Order");
  order.append(select);
  const maybes = element("button", "clear maybes");
  maybes.type = "button";
  maybes.title = "Show also those that organizer is not sure of";
  maybes.hidden = true;
  root.append(count, maybes, list, order);
  parent.append(root);
  const row = { root, count, maybes, list, clear, select, live: [], known: null };
  clear.addEventListener("click", () => search(""));
  maybes.addEventListener("click", () => search(row.wider));
  select.addEventListener("change", () => row.send("order", select.value));
  const heard = {
    "organizer-chips": ({ text, chips }) => {
      row.live.push(text);
      maybes.hidden = !row.wider || text !== row.known;
      draw(row, chips);
    },
    "organizer-count": (detail) => (row.count.textContent = detail.words),
  };
  for (const [name, hear] of Object.entries(heard)) {
    const listening = (event) => {
      if (root.isConnected) hear(event.detail);
      else window.removeEventListener(name, listening);
    };
    window.addEventListener(name, listening);
  }
  return row;
}

function chip(row, { words, without }, number) {
  const item = element("li");
  const button = element("button", "chip");
  button.type = "button";
  button.title = "Take away: " + words;
  button.setAttribute("aria-label", "Take away " + words);
  button.append(element("span", "words", words), drawn("cross"));
  const away = () => {
    row.next = number;
    search(without);
  };
  button.addEventListener("click", away);
  button.addEventListener("keydown", (event) => {
    const buttons = [...row.list.querySelectorAll("button")];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      away();
    } else if (step) {
      event.preventDefault();
      buttons[(number + step + buttons.length) % buttons.length].focus();
    }
  });
  item.append(button);
  return item;
}

function draw(row, chips) {
  const shown = JSON.stringify(chips);
  if (row.shown === shown) return;
  row.shown = shown;
  const focused = row.list.contains(row.root.getRootNode().activeElement);
  const items = chips.map((made, number) => chip(row, made, number));
  if (chips.length > 1) {
    const item = element("li");
    item.append(row.clear);
    items.push(item);
  }
  row.list.replaceChildren(...items);
  row.list.hidden = !chips.length;
  // Whoever takes chips away with the keyboard goes on with the next one.
  if (focused && row.next !== undefined) {
    const buttons = row.list.querySelectorAll("button.chip");
    (buttons[Math.min(row.next, buttons.length - 1)] ?? row.select).focus();
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let row = parentElement.organizerRow;
  if (!row || !row.root.isConnected) row = parentElement.organizerRow = buildChips(parentElement);
  row.send = setTriggerValue;
  // What was searched for meanwhile is shown already: an answer to an earlier search takes nothing of it back.
  const earlier = row.live.lastIndexOf(data.query);
  if (earlier < 0 || earlier === row.live.length - 1) {
    row.count.textContent = data.count;
    row.wider = data.maybes?.search;
    row.maybes.hidden = !data.maybes;
    row.maybes.textContent = data.maybes?.words ?? "";
    if (earlier >= 0 || data.query !== row.known) draw(row, data.chips);
    row.live = [];
  }
  row.known = data.query;
  const orders = JSON.stringify(data.orders);
  if (row.orders !== orders) {
    row.orders = orders;
    row.select.replaceChildren(
      ...data.orders.map(({ value, words }) => {
        const option = element("option", "", words);
        option.value = value;
        return option;
      }),
    );
  }
  row.select.value = data.order;
}
